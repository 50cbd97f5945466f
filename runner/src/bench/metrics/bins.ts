import type { TimeWindow } from '../../contracts.ts';
import type { Bin, RunTimes, Sample } from '../contracts.ts';
import type { Drops } from './drops.ts';

export const binMs = 1_000;

/**
 * The run second by second, from the first whole second of the baseline to the last whole one before the end, by the
 * scheduled arrival of users. An answer belongs to the second in which its user came, however late it was.
 *
 * `meanMs` is the mean of answers that were good or degraded. A failure is judged by the share of good answers: counted
 * here too, one timeout of 3 s among 200 answers of 20 ms would raise the mean by 75%.
 */
export function binsOf(
  samples: readonly Sample[],
  drops: readonly Drops[],
  times: RunTimes,
  journeys?: readonly string[],
): readonly Bin[] {
  const [first, end] = [
    Math.ceil((times.baseline.startMs - times.injectMs) / binMs),
    Math.floor((times.endMs - times.injectMs) / binMs),
  ];
  const seconds = Array.from({ length: Math.max(0, end - first) }, () => ({
    good: 0,
    degraded: 0,
    bad: 0,
    totalMs: 0,
  }));
  const at = (ms: number) => seconds[Math.floor((ms - times.injectMs) / binMs) - first];
  for (const { atMs, journey, outcome, durationMs } of samples) {
    const second = at(atMs);
    if (second === undefined || journeys?.includes(journey) === false) continue;
    second[outcome] += 1;
    if (outcome !== 'bad') second.totalMs += durationMs;
  }
  for (const { atMs, count, journey } of drops) {
    const second = at(atMs);
    // A drop of an unknown journey may have been one of those that are judged: it is not explained away.
    if (second === undefined || (journey !== undefined && journeys?.includes(journey) === false)) continue;
    second.bad += count;
  }
  return seconds.map(({ good, degraded, bad, totalMs }, index) => ({
    second: first + index,
    offered: good + degraded + bad,
    ...{ good, degraded, bad },
    meanMs: good + degraded === 0 ? null : totalMs / (good + degraded),
  }));
}

/** Bins that lie wholly in a window. */
export const binsIn = (bins: readonly Bin[], { startMs, endMs }: TimeWindow, injectMs: number): readonly Bin[] =>
  bins.filter(({ second }) => {
    const start = injectMs + second * binMs;
    return start >= startMs && start + binMs <= endMs;
  });
