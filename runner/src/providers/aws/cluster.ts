import { PadoError } from '@pado/fault';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { List } from '../../kubernetes/objects.ts';
import { type Node, nodePath } from '../kubernetes/node.ts';

export type Cluster = Pick<KubeClient, 'request' | 'namespace'>;

/** `aws:///ap-northeast-2a/i-0abc` → `i-0abc`. @throws PadoError ERR_PADO_INVALID for what is no instance of EC2 */
export function instanceOf(providerId: string | undefined, what: string): string {
  const id = /^aws:\/\/\/[^/]+\/(i-[0-9a-f]+)$/.exec(providerId ?? '')?.[1];
  if (id !== undefined) return id;
  const found = providerId === undefined ? 'it has no providerID yet' : `its providerID is ${providerId}`;
  throw new PadoError('ERR_PADO_INVALID', `${what} is no instance of EC2: ${found}, and not aws:///zone/i-…`);
}

export async function instanceOfNode(cluster: Cluster, name: string, signal: AbortSignal): Promise<string> {
  const node = await cluster.request<Node>('GET', nodePath(name), { signal });
  return instanceOf(node.spec?.providerID, `the node ${name}`);
}

export async function instanceOfClaim(cluster: Cluster, name: string, signal: AbortSignal): Promise<string> {
  const path = `/apis/karpenter.sh/v1/nodeclaims/${encodeURIComponent(name)}`;
  const claim = await cluster.request<{ readonly status?: { readonly providerID?: string } }>('GET', path, { signal });
  return instanceOf(claim.status?.providerID, `the NodeClaim ${name}`);
}

/** The names of the nodes that are instances, by the instances' ids. */
export async function nodesByInstance(cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { items } = await cluster.request<List<Node>>('GET', nodePath(), { signal });
  return new Map(
    items.flatMap(({ metadata, spec }) => {
      const id = /\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1];
      return id === undefined ? [] : [[id, metadata.name] as const];
    }),
  );
}
