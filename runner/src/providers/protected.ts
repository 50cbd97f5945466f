import { readFileSync } from 'node:fs';
import { isPadoError } from '@pado/fault';
import type { KubeClient } from '../kubernetes/client.ts';
import type { List, Pod } from '../kubernetes/objects.ts';
import { paths } from '../kubernetes/paths.ts';

type Cluster = Pick<KubeClient, 'request' | 'namespace'>;

/** Where the run is, as far as this process can tell by itself. */
export interface Whereabouts {
  /** The environment: NODE_NAME, HOSTNAME, KUBERNETES_SERVICE_HOST. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file of /sys; undefined when it is not there. */
  readonly read: (file: string) => string | undefined;
}

export const thisMachine = (environment: NodeJS.ProcessEnv): Whereabouts => ({
  environment,
  read: (file) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return undefined;
    }
  },
});

/** What must not be harmed, by instance or by node; or why that cannot be known. */
export type Protected =
  | { readonly instance?: string | undefined; readonly nodes: readonly string[] }
  | { readonly unknown: string };

/** On an instance of Nitro its id, inside its containers too, without a call. */
const assetTag = '/sys/class/dmi/id/board_asset_tag';
/** On one of Xen it begins with ec2, and the id is nowhere to be read. */
const hypervisor = '/sys/hypervisor/uuid';

/** How EKS calls a node: by its instance's private address, or by the instance itself. */
const isDnsName = /^(ip-\d+-\d+-\d+-\d+|i-[0-9a-f]+)\./;

/** The instance or node that this process runs on; neither when it is on no instance of EC2. */
export async function ofRunner(
  { environment, read }: Whereabouts,
  cluster: Cluster | undefined,
  signal: AbortSignal,
): Promise<Protected> {
  const instance = /^i-[0-9a-f]+$/.exec(read(assetTag) ?? '')?.[0];
  const { NODE_NAME: name } = environment;
  // Both: a cluster need not know which instances its nodes are.
  if (instance !== undefined) return { instance, nodes: name ? [name] : await ofOwnPod(environment, cluster, signal) };
  if (name) {
    if (cluster !== undefined || isDnsName.test(name)) return { nodes: [name] };
    return { unknown: `which instance the node ${name} is only a cluster tells: run with --kubernetes` };
  }
  if (environment.KUBERNETES_SERVICE_HOST) {
    const nodes = await ofOwnPod(environment, cluster, signal);
    if (nodes.length > 0) return { nodes };
    return {
      unknown:
        'this is a pod, and its node is not known: give it NODE_NAME by the downward API (fieldRef spec.nodeName), or run with --kubernetes',
    };
  }
  if (read(hypervisor)?.startsWith('ec2') === true) {
    return { unknown: 'this is an instance of EC2 that does not tell its own id: run from another machine' };
  }
  return { nodes: [] };
}

/** The node of the pod that this is, if it is one and the cluster knows it. */
async function ofOwnPod(
  { KUBERNETES_SERVICE_HOST: inPod, HOSTNAME: pod }: Whereabouts['environment'],
  cluster: Cluster | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!inPod || cluster === undefined || pod === undefined) return [];
  const node = await nodeOfPod(cluster, pod, signal);
  return node === undefined ? [] : [node];
}

/** The nodes that Prometheus is on. */
export async function ofPrometheus(cluster: Cluster | undefined, signal: AbortSignal): Promise<Protected> {
  if (cluster === undefined) {
    return { unknown: 'only a cluster tells which node Prometheus is on: run with --kubernetes' };
  }
  try {
    const nodes = await nodesOfPrometheus(cluster, signal);
    if (nodes.length > 0) return { nodes };
    return { unknown: 'no pod of the cluster has the label app.kubernetes.io/name=prometheus' };
  } catch (error) {
    signal.throwIfAborted();
    return { unknown: `the cluster does not tell which node Prometheus is on: ${(error as Error).message}` };
  }
}

/** The nodes that Prometheus is on, by its common label. */
async function nodesOfPrometheus(cluster: Cluster, signal: AbortSignal): Promise<readonly string[]> {
  const query = { labelSelector: 'app.kubernetes.io/name=prometheus' };
  const { items } = await cluster.request<List<Pod>>('GET', '/api/v1/pods', { query, signal });
  return [...new Set(items.flatMap(({ spec }) => spec.nodeName ?? []))];
}

/** The node of the pod that this is; undefined when the cluster knows no such pod. */
async function nodeOfPod(cluster: Cluster, pod: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const found = await cluster.request<Pod>('GET', paths.pods(cluster.namespace, pod), { signal });
    return found.spec.nodeName;
  } catch (error) {
    if (isPadoError(error) && error.code === 'ERR_PADO_NOT_FOUND') return undefined;
    throw error;
  }
}
