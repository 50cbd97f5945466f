import type { ObjectMeta } from '@pado/fault';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { List, Pod } from '../../kubernetes/objects.ts';

/** An object that tells how it is. */
export interface Conditioned {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface Node extends Conditioned {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly providerID?: string;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
}

/** True, False or Unknown; undefined when it has no such condition. */
export const conditionOf = ({ status }: Conditioned, type: string): string | undefined =>
  status?.conditions?.find((condition) => condition.type === type)?.status;

export const nodePath = (name?: string): string =>
  name === undefined ? '/api/v1/nodes' : `/api/v1/nodes/${encodeURIComponent(name)}`;

/** All pods of a node, of whatever namespace. */
export async function podsOn(client: KubeClient, node: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const query = { fieldSelector: `spec.nodeName=${node}` };
  return (await client.request<List<Pod>>('GET', '/api/v1/pods', { query, signal })).items;
}
