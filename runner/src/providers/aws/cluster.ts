import { isPadoError, PadoError } from '@pado/fault';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { List, Pod } from '../../kubernetes/objects.ts';
import { paths } from '../../kubernetes/paths.ts';

export type Cluster = Pick<KubeClient, 'request' | 'namespace'>;

interface NodeWithProvider {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly providerID?: string };
}

/** `aws:///ap-northeast-2a/i-0abc` → `i-0abc`. @throws PadoError ERR_PADO_INVALID for what is no instance of EC2 */
export function instanceOf(providerId: string | undefined, what: string): string {
  const id = /^aws:\/\/\/[^/]+\/(i-[0-9a-f]+)$/.exec(providerId ?? '')?.[1];
  if (id !== undefined) return id;
  const found = providerId === undefined ? 'it has no providerID yet' : `its providerID is ${providerId}`;
  throw new PadoError('ERR_PADO_INVALID', `${what} is no instance of EC2: ${found}, and not aws:///zone/i-…`);
}

export async function instanceOfNode(cluster: Cluster, name: string, signal: AbortSignal): Promise<string> {
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  const node = await cluster.request<NodeWithProvider>('GET', path, { signal });
  return instanceOf(node.spec?.providerID, `the node ${name}`);
}

export async function instanceOfClaim(cluster: Cluster, name: string, signal: AbortSignal): Promise<string> {
  const path = `/apis/karpenter.sh/v1/nodeclaims/${encodeURIComponent(name)}`;
  const claim = await cluster.request<{ readonly status?: { readonly providerID?: string } }>('GET', path, { signal });
  return instanceOf(claim.status?.providerID, `the NodeClaim ${name}`);
}

/** The names of the nodes that are instances, by the instances' ids. */
export async function nodesByInstance(cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { items } = await cluster.request<List<NodeWithProvider & Pod>>('GET', '/api/v1/nodes', { signal });
  return new Map(
    items.flatMap(({ metadata, spec }) => {
      const id = /\/(i-[0-9a-f]+)$/.exec((spec as NodeWithProvider['spec'])?.providerID ?? '')?.[1];
      return id === undefined ? [] : [[id, metadata.name] as const];
    }),
  );
}

/** The nodes that Prometheus is on, by its common label. */
export async function nodesOfPrometheus(cluster: Cluster, signal: AbortSignal): Promise<readonly string[]> {
  const query = { labelSelector: 'app.kubernetes.io/name=prometheus' };
  const { items } = await cluster.request<List<Pod>>('GET', '/api/v1/pods', { query, signal });
  return [...new Set(items.flatMap(({ spec }) => spec.nodeName ?? []))];
}

/** The node of the pod that this is; undefined when the cluster knows no such pod. */
export async function nodeOfPod(cluster: Cluster, pod: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const found = await cluster.request<Pod>('GET', paths.pods(cluster.namespace, pod), { signal });
    return found.spec.nodeName;
  } catch (error) {
    if (isPadoError(error) && error.code === 'ERR_PADO_NOT_FOUND') return undefined;
    throw error;
  }
}
