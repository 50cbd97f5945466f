import { metadataOnly } from '../api/informer.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { type LeaseList, leasesPath } from './lease.ts';
import { pause, realScheduler, type Scheduler } from './scheduler.ts';
import { jittered } from './timing.ts';

export interface CrowdOptions {
  readonly api: Pick<KubeApi, 'request'>;
  readonly signal: AbortSignal;
  /** Default: timers of Node.js. */
  readonly scheduler?: Scheduler;
  /** Default Math.random. */
  readonly random?: () => number;
}

/** Each node has a Lease there, kept by its kubelet. */
const nodeLeases = 'kube-node-lease';
const everyMs = 600_000;
/** Agents that start together do not ask together. */
const spreadMs = 10_000;

/** About how many nodes there are, and so agents: 1 until it is known, and what was known last while it cannot be asked. */
export function estimateCrowd({
  api,
  signal,
  scheduler = realScheduler,
  random = Math.random,
}: CrowdOptions): () => number {
  let count = 1;
  const ask = async () => {
    const { items, metadata } = await api.request<
      LeaseList & { readonly metadata: { readonly remainingItemCount?: number } }
    >('GET', leasesPath(nodeLeases), { query: { limit: 1 }, accept: metadataOnly.list, signal });
    count = Math.max(1, items.length + (metadata.remainingItemCount ?? 0));
  };
  const keepAsking = async () => {
    await pause(scheduler, spreadMs * random(), signal);
    while (!signal.aborted) {
      // Without an answer, or the right to ask, agents look as often as those of a small cluster.
      await ask().catch(() => {});
      await pause(scheduler, jittered(everyMs, random), signal);
    }
  };
  void keepAsking();
  return () => count;
}
