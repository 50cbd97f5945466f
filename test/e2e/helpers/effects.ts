import { randomBytes } from 'node:crypto';
import {
  apiVersion,
  type Effect,
  type FaultReport,
  type FaultResource,
  type FaultSpec,
  keys,
  nameLabel,
} from '@pado/fault';
import type { Test } from 'tap';
import { isStatus } from '../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { api, askPod, faultOf, type PodFacts, podsOf, readFault, until } from './targets.ts';

/** What a pod saw of a call, an exchange or a look-up of its own. */
export interface Seen {
  readonly ms: number;
  readonly status?: number;
  readonly bytes?: number;
  readonly error?: string;
}

/** Deployments of one pod: the pod, in its namespace. */
export interface Place extends PodFacts {
  readonly namespace: string;
  readonly target: string;
}

export async function placeOf(namespace: string, target: string): Promise<Place> {
  const [pod] = await podsOf(namespace, target);
  if (pod === undefined) throw new Error(`${target} has no pod in ${namespace}`);
  return { ...pod, namespace, target };
}

export const ask = <T>({ namespace, name }: Place, path: string): Promise<T> => askPod<T>(namespace, name, path);

/** A call that a pod makes. */
export const callFrom = (place: Place, url: string, timeoutMs = 10_000): Promise<Seen> =>
  ask<Seen>(place, `/call?timeout=${timeoutMs}&url=${encodeURIComponent(url)}`);

/** The quickest of some: what noise has least part in. */
export async function quickest(look: () => Promise<Seen>, times = 3): Promise<Seen> {
  let best: Seen | undefined;
  for (let i = 0; i < times; i += 1) {
    const seen = await look();
    if (best === undefined || seen.ms < best.ms) best = seen;
  }
  return best as Seen;
}

const isTrue = (fault: FaultResource, type: string) =>
  fault.status?.conditions.some((one) => one.type === type && one.status === 'True') === true;

const faultsPath = (namespace: string) => `/apis/${apiVersion}/namespaces/${namespace}/faults`;

export interface Injected {
  readonly name: string;
  readonly read: () => Promise<FaultResource>;
  /** Until its status fits. */
  readonly when: (what: string, fits: (fault: FaultResource) => boolean) => Promise<FaultResource>;
  readonly reports: () => Promise<FaultReport[]>;
  readonly patch: (spec: Partial<FaultSpec>) => Promise<void>;
  /** Deletes it; twice is once. */
  readonly remove: () => Promise<void>;
}

/** Creates a fault that the test's end deletes, whatever becomes of it. */
export async function createFault(
  t: Test,
  namespace: string,
  target: string,
  spec: Partial<FaultSpec>,
): Promise<Injected> {
  const name = `fault-${randomBytes(4).toString('hex')}`;
  const path = `${faultsPath(namespace)}/${name}`;
  await api.request('POST', faultsPath(namespace), {
    body: faultOf(namespace, name, target, { ttl: '300s', ...spec }),
  });
  const remove = async () => {
    try {
      await api.request('DELETE', path);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  };
  t.teardown(remove);
  const read = () => readFault(namespace, name);
  return {
    name,
    read,
    when: (what, fits) => until(`fault ${name} ${what}`, read, fits, 60_000),
    async reports() {
      const { uid } = (await read()).metadata;
      const { items } = await api.request<{ items: FaultReport[] }>(
        'GET',
        `/apis/${apiVersion}/namespaces/${namespace}/faultreports`,
        { query: { labelSelector: `${keys.faultUid}=${uid}` } },
      );
      return items;
    },
    async patch(change) {
      await api.request('PATCH', path, { contentType: 'application/merge-patch+json', body: { spec: change } });
    },
    remove,
  };
}

/** The same, in force on all it selects when this resolves. */
export async function inject(
  t: Test,
  { namespace, target }: Pick<Place, 'namespace' | 'target'>,
  ...effects: Effect[]
) {
  const fault = await createFault(t, namespace, target, { effects });
  await fault.when('is in force', (one) => isTrue(one, 'AllInjected'));
  return fault;
}

export const isInForce = (fault: FaultResource) => isTrue(fault, 'AllInjected');
export const isRecovered = (fault: FaultResource) => isTrue(fault, 'AllRecovered');

/** The probes of a pod answer, and the kubelet has never seen it otherwise. */
export async function isSpared(t: Test, place: Place): Promise<void> {
  t.same(await ask(place, '/readyz'), { status: 'ok' }, 'its readiness probe is spared');
  const now = await placeOf(place.namespace, place.target);
  const facts = ({ name, ready, readySince, restarts }: PodFacts) => ({ name, ready, readySince, restarts });
  t.same(facts(now), facts(place), 'the pod has been ready without a break and has not restarted');
}

/** Selects by a label other than the name. */
export const withLabel = (label: string, value: string): FaultSpec['target'] => ({
  selector: { matchLabels: { [label]: value } },
});
export const named = (target: string): FaultSpec['target'] => withLabel(nameLabel, target);
