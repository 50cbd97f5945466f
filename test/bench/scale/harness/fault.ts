import { apiVersion, type FaultResource, type FaultSpec, nameLabel } from '@pado/fault';
import type { HttpKubeApi } from '../../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { now } from './now.ts';
import { targetName } from './place.ts';

export interface Begun {
  readonly name: string;
  readonly uid: string;
  /** When the request was sent, and how long the API server took for it. */
  readonly at: number;
  readonly postMs: number;
}

const pathOf = (namespace: string): string => `/apis/${apiVersion}/namespaces/${namespace}/faults`;

/** A latency of 100 ms for all targets, or for as many as the mode says. */
export async function begin(
  api: HttpKubeApi,
  namespace: string,
  name: string,
  target: Partial<FaultSpec['target']> = {},
): Promise<Begun> {
  const at = now();
  const { metadata } = await api.request<FaultResource>('POST', pathOf(namespace), {
    timeoutMs: 30_000,
    body: {
      ...{ apiVersion, kind: 'Fault', metadata: { name, namespace } },
      spec: {
        target: { selector: { matchLabels: { [nameLabel]: targetName } }, ...target },
        ttl: '5m',
        effects: [{ kind: 'latency', direction: 'inbound', delay: '100ms', match: { path: '/' } }],
      },
    },
  });
  return { name, uid: metadata.uid ?? '', at, postMs: now() - at };
}

/** Resolves to when the request was sent. */
export async function end(api: HttpKubeApi, namespace: string, { name }: Begun): Promise<number> {
  const at = now();
  await api.request('DELETE', `${pathOf(namespace)}/${name}`, { timeoutMs: 30_000 });
  return at;
}

/** Waits until so many are there; how many there are at last. */
export async function until(look: () => Promise<number>, count: number, withinMs: number): Promise<number> {
  const giveUpAt = now() + withinMs;
  for (;;) {
    const there = await look();
    if (there >= count || now() > giveUpAt) return there;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
