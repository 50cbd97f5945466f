import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphSnapshot } from '../contracts.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import { graphSnapshot, liveRangeMs } from './graph.ts';

const everyMs = 1_000;

/** Tells the graph every second until aborted; a look that fails is left out, for probes judge and this only shows. */
export async function followGraph(
  prometheus: Prometheus,
  tell: (graph: GraphSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = sleep(everyMs, undefined, { signal }).catch(() => {});
    try {
      tell(await graphSnapshot(prometheus, { rangeMs: liveRangeMs, atMs: Date.now() }, signal));
    } catch {
      // The next look is a second away.
    }
    await next;
  }
}
