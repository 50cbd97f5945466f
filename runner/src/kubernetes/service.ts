import { isPadoError, PadoError } from '@pado/fault';
import type { KubeClient } from './client.ts';
import { isReady, type List, type Pod, type Service, selectorText } from './objects.ts';
import { paths } from './paths.ts';

/** A Service with the port that was meant. */
export interface FoundService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly targetPort: number | string;
  readonly selector: Readonly<Record<string, string>>;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  /** Names of the port that is meant; by default the first. */
  readonly ports?: readonly string[];
}

/** The first of several Services that is there. Where reading is forbidden, it counts as not there. */
export async function findService(client: KubeClient, places: readonly Place[], hint: string): Promise<FoundService> {
  for (const { namespace, name, ports = [] } of places) {
    const service = await client.request<Service>('GET', paths.services(namespace, name)).catch((error) => {
      if (isPadoError(error) && (error.code === 'ERR_PADO_NOT_FOUND' || isElsewhere(error, namespace, client)))
        return undefined;
      throw error;
    });
    if (service === undefined) continue;
    const { selector = {}, ports: all = [] } = service.spec;
    const port = all.find((one) => ports.includes(one.name ?? '')) ?? all[0];
    if (port === undefined) continue;
    return { namespace, name, port: port.port, targetPort: port.targetPort ?? port.port, selector };
  }
  const list = places.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  throw new PadoError('ERR_PADO_NOT_FOUND', `there is no Service ${list}: ${hint}`, { details: { tried: list } });
}

/** Another namespace than the run's may be closed to it. */
const isElsewhere = (error: PadoError, namespace: string, client: KubeClient): boolean =>
  error.code === 'ERR_PADO_FORBIDDEN' && namespace !== client.namespace;

/** A ready pod behind a Service, and the number of the port there. */
export async function podBehind(
  client: KubeClient,
  { namespace, name, selector, targetPort }: FoundService,
): Promise<{ readonly pod: string; readonly port: number }> {
  const query = { labelSelector: selectorText(selector) };
  const pods = (await client.request<List<Pod>>('GET', paths.pods(namespace), { query })).items;
  const pod = pods.find(isReady);
  if (pod === undefined)
    throw new PadoError('ERR_PADO_NOT_FOUND', `no pod behind the Service ${namespace}/${name} is ready`);
  if (typeof targetPort === 'number') return { pod: pod.metadata.name, port: targetPort };
  const port = pod.spec.containers
    .flatMap(({ ports = [] }) => ports)
    .find((one) => one.name === targetPort)?.containerPort;
  if (port !== undefined) return { pod: pod.metadata.name, port };
  throw new PadoError(
    'ERR_PADO_NOT_FOUND',
    `the pod ${namespace}/${pod.metadata.name} has no port named ${targetPort}`,
  );
}
