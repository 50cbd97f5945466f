import type { ObjectMeta } from '@pado/fault';

export interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export const nodePath = (name?: string): string =>
  name === undefined ? '/api/v1/nodes' : `/api/v1/nodes/${encodeURIComponent(name)}`;
