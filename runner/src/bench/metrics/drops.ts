import type { TimeWindow } from '../../contracts.ts';
import type { Prometheus, SampleSeries } from '../../providers/prometheus.ts';

/** Users whom k6 did not send in time, having no virtual user free: nobody waits for them, so the ledger lacks them. */
export interface Drops {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly count: number;
  /** k6's scenario; load/cascade.ts has one for each journey, by its name. */
  readonly journey?: string;
}

const stepMs = 1_000;

/** Before the window too: a counter's first point counts from zero only when it was not there before. */
const lookBackMs = 120_000;

/** Dropped iterations by second, from Prometheus. */
export async function dropped(
  prometheus: Prometheus,
  { testId, window }: { readonly testId: string; readonly window: TimeWindow },
  signal?: AbortSignal,
): Promise<readonly Drops[]> {
  const query = `k6_dropped_iterations_total{testid="${testId}"}`;
  const { startMs, endMs } = window;
  const series = await prometheus.series(query, { startMs: startMs - lookBackMs, endMs }, stepMs, signal);
  return dropsOf(series).filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
}

/**
 * k6's counters run from the load's start, and begin with their first event: the first point is no baseline but a count.
 * A drop is put half a step back, into the middle of the push interval that it came with.
 */
export function dropsOf(series: readonly SampleSeries[]): readonly Drops[] {
  return series.flatMap(({ labels, points }) => {
    let last = 0;
    return points.flatMap(([at, value]): readonly Drops[] => {
      if (value === null || value <= last) return [];
      const count = value - last;
      last = value;
      const { scenario } = labels;
      return [{ atMs: at * 1_000 - stepMs / 2, count, ...(scenario === undefined ? {} : { journey: scenario }) }];
    });
  });
}
