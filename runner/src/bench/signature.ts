import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeWindow } from '../contracts.ts';
import type { CascadeClaim } from '../experiment/schema/cascade.ts';
import { isProbeTolerance, weigh } from '../experiment/tolerance-weigh.ts';
import { inWords } from '../experiment/tolerance-words.ts';
import { type Prometheus, withRange } from '../providers/prometheus.ts';

/** One observation of how a cascade looks, as it came out. */
export interface Observed {
  readonly name: string;
  readonly window: 'during' | 'observe';
  readonly value: number | null;
  readonly unit?: string;
  readonly expected: string;
  /** false also without data: what was not seen is not shown. */
  readonly met: boolean;
}

/** Looks for the signature in a run that has just ended, while its Prometheus is still there. */
export async function observeSignature(
  signature: CascadeClaim['signature'],
  windows: Readonly<Record<'during' | 'observe', TimeWindow>>,
  prometheus: Prometheus,
  signal: AbortSignal,
): Promise<readonly Observed[]> {
  const observed: Observed[] = [];
  for (const { name, query, tolerance, window = 'observe', unit } of signature) {
    signal.throwIfAborted();
    const { startMs, endMs } = windows[window];
    const value = await prometheus.number(withRange(query, endMs - startMs), endMs, signal);
    observed.push({
      ...{ name, window, value, expected: inWords(tolerance, unit) },
      ...(unit === undefined ? {} : { unit }),
      met: value !== null && !isProbeTolerance(tolerance) && weigh({ output: value, durationMs: 0 }, tolerance).met,
    });
  }
  return observed;
}

/** Scrapes and k6's last push are in the store this much later. */
export const settled = (signal: AbortSignal): Promise<void> => sleep(2_500, undefined, { signal });
