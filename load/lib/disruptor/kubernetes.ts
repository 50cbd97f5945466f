import { PadoError } from '../../../agent/fault/src/errors.ts';
import { type Api, call } from './call.ts';
import { invalid } from './fields.ts';
import type { Labels, Place } from './place.ts';
import type { FaultReport, FaultResource } from './wire.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Labels; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly phase?: string };
}

interface ServiceObject {
  readonly spec: {
    readonly selector?: Labels;
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
  };
}

interface List<T> {
  readonly items: readonly T[];
}

const part = encodeURIComponent;
/** Pods that may carry the injector. */
const injected = part('pado.dev/inject=enabled');

/** The pods of a namespace: a fault is a Fault there, which the agents of the nodes act on. It ends by its ttl. */
export function kubernetesPlace(api: Api, namespace: string): Place {
  const core = `/api/v1/namespaces/${part(namespace)}`;
  const pado = `/apis/pado.dev/v1alpha1/namespaces/${part(namespace)}`;
  const read = (name: string) => call<FaultResource>(api, 'GET', `${pado}/faults/${part(name)}`);
  const pods = () =>
    call<List<Pod>>(api, 'GET', `${core}/pods?labelSelector=${injected}`).items.filter(
      ({ metadata, status }) => status?.phase === 'Running' && metadata.deletionTimestamp === undefined,
    );
  return {
    name: `the namespace ${namespace}`,
    noun: 'running pod with the label pado.dev/inject=enabled',
    targets: () => pods().map(({ metadata: { name, labels = {} } }) => ({ name, labels })),
    service: (name) => {
      const { selector, ports = [] } = readService(api, `${core}/services/${part(name)}`, name, namespace).spec;
      if (selector === undefined || Object.keys(selector).length === 0)
        throw invalid(`the Service ${name} has no selector: name its pods with a PodDisruptor`);
      return {
        labels: selector,
        portOf: (port) => podPort({ name, ports, port, pods: () => matching(pods(), selector) }),
      };
    },
    create: (name, spec) => {
      const labels = { 'app.kubernetes.io/managed-by': 'pado' };
      const body = { apiVersion: 'pado.dev/v1alpha1', kind: 'Fault', metadata: { name, namespace, labels }, spec };
      call(api, 'POST', `${pado}/faults`, body);
    },
    progress: (name) => {
      const { status } = read(name);
      if (status === undefined) return { phase: 'Pending', isRecovered: false, reasons: [], matched: 0, applied: 0 };
      const { phase, endReason, conditions, message, matched, applied } = status;
      if (phase === 'Refused') throw new PadoError('ERR_PADO_REFUSED', `the fault ${name} was refused: ${message}`);
      return {
        phase,
        ...(endReason === undefined ? {} : { endReason }),
        isRecovered: conditions.some(({ type, status }) => type === 'AllRecovered' && status === 'True'),
        reasons: message === '' ? [] : [message],
        matched,
        applied,
      };
    },
    gone: (name) => {
      const label = part(`pado.dev/fault-uid=${read(name).metadata.uid}`);
      const { items } = call<List<FaultReport>>(api, 'GET', `${pado}/faultreports?labelSelector=${label}`);
      const hit = items.flatMap(({ targets }) =>
        targets.filter(({ state, evidence }) => state === 'lost' && evidence.some(({ applied }) => applied > 0)),
      );
      return [...new Set(hit.map(({ pod }) => pod))];
    },
    remove: (name) => call(api, 'DELETE', `${pado}/faults/${part(name)}`),
  };
}

function readService(api: Api, path: string, name: string, namespace: string): ServiceObject {
  try {
    return call<ServiceObject>(api, 'GET', path);
  } catch (cause) {
    if (!(cause instanceof PadoError) || cause.code !== 'ERR_PADO_NOT_FOUND') throw cause;
    throw new PadoError('ERR_PADO_NOT_FOUND', `there is no Service ${name} in the namespace ${namespace}`, { cause });
  }
}

const matching = (pods: readonly Pod[], selector: Labels): readonly Pod[] =>
  pods.filter(({ metadata: { labels = {} } }) =>
    Object.entries(selector).every(([label, value]) => labels[label] === value),
  );

interface PortQuestion {
  readonly name: string;
  readonly ports: NonNullable<ServiceObject['spec']['ports']>;
  readonly port: number;
  readonly pods: () => readonly Pod[];
}

/** The port that pods listen on behind a Service's port. */
function podPort({ name, ports, port, pods }: PortQuestion): number {
  const found = ports.find((one) => one.port === port);
  if (found === undefined)
    throw invalid(`the Service ${name} has no port ${port}: it has ${ports.map((one) => one.port).join(', ')}`);
  const { targetPort = port } = found;
  if (typeof targetPort === 'number') return targetPort;
  const named = pods()
    .flatMap(({ spec }) => spec.containers.flatMap(({ ports: own = [] }) => own))
    .find((one) => one.name === targetPort);
  if (named !== undefined) return named.containerPort;
  throw invalid(`port ${port} of the Service ${name} leads to a port named ${targetPort}, which no pod of it has`);
}
