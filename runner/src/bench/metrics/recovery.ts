/**
 * When a run was as good as its baseline again: the start of the first 30 s with g ≥ 0.99 g₀ and mean latency ≤ 1.1 times
 * the baseline's.
 *
 * Both are judged over the whole stretch, not second by second: at 40 users a second one unlucky answer gives that second
 * g = 0.975, and 30 such seconds in a row would hardly ever pass although nothing is wrong. The price: the stretch may
 * begin up to 0.3 s of full failure (1% of 30 s) too early, which is below the width of a bin.
 *
 * A mean over a short baseline is itself uncertain. Where 10% is less than twice the standard error of the difference, two
 * standard errors are allowed instead, and never more than 25%: without that a healthy run would now and then count as not
 * recovered, and with more a noisy baseline would excuse a slow one. Ten milliseconds are always allowed: where answers take
 * five, a tenth of that is what the machine does with its other processes, and nobody waits longer for it.
 */
import type { Bin, RunTimes } from '../contracts.ts';
import { binMs } from './bins.ts';
import { afterBins, baselineBins, shareOf, sum } from './goodput.ts';

export const stretchSeconds = 30;
const leastShareOfBaseline = 0.99;
const latencyFactor = 1.1;
const mostLatencyFactor = 1.25;
const standardErrors = 2;
const unnoticedMs = 10;
/** Not recovered for so long after the revert is a state of its own. */
const metastableSeconds = 60;
/** What the end of a run is judged by: long enough for chance to even out, short against what it must tell. */
const tailSeconds = 10;
/** A sum of shares such as 0.99 · 0.97 is not exact. */
const rounding = 1e-9;

interface Baseline {
  readonly leastShare: number;
  /** Milliseconds; infinite when the baseline had no answer. */
  readonly mostMeanMs: number;
}

/** Seconds from a time on to the recovery; null when no 30 s as good as the baseline lie within the run. */
export function secondsToRecover(bins: readonly Bin[], times: RunTimes, fromMs: number): number | null {
  const baseline = baselineOf(bins, times);
  const from = (fromMs - times.injectMs) / binMs;
  const after = afterBins(bins).filter(({ second }) => second >= Math.floor(from));
  for (let start = 0; start + stretchSeconds <= after.length; start++) {
    // The second in which the trigger ended counts as the first after it.
    if (!isAsGood(after.slice(start, start + stretchSeconds), baseline)) continue;
    // Times are in whole milliseconds.
    return Math.max(0, Math.round((after[start]!.second - from) * 1_000) / 1_000);
  }
  return null;
}

/**
 * Whether the run was still failing 60 s after the revert; null when it was not watched for that long. A run whose recovery
 * began too late for 30 whole seconds is not still failing: its last ten seconds tell.
 */
export function isMetastable(bins: readonly Bin[], times: RunTimes): boolean | null {
  // A run ends within a second of its plan.
  if (Math.round((times.endMs - times.revertMs) / 1_000) < metastableSeconds) return null;
  const seconds = secondsToRecover(bins, times, times.revertMs);
  if (seconds !== null) return seconds >= metastableSeconds;
  const from = (times.revertMs - times.injectMs) / binMs + metastableSeconds;
  const until60 = afterBins(bins).filter(({ second }) => second < from);
  return !isAsGood(until60.slice(-tailSeconds), baselineOf(bins, times));
}

function baselineOf(bins: readonly Bin[], times: RunTimes): Baseline {
  const before = baselineBins(bins, times);
  const meanMs = meanOf(before);
  const leastShare = leastShareOfBaseline * (shareOf(before) ?? 0) - rounding;
  if (meanMs === null) return { leastShare, mostMeanMs: Number.POSITIVE_INFINITY };
  const allowed = Math.max((latencyFactor - 1) * meanMs, standardErrors * standardErrorMs(before, meanMs));
  const capped = Math.min(allowed, (mostLatencyFactor - 1) * meanMs);
  return { leastShare, mostMeanMs: meanMs + Math.max(capped, unnoticedMs) + rounding };
}

/** Of the difference between the baseline's mean and a stretch's, from how the baseline's own seconds differ. */
function standardErrorMs(before: readonly Bin[], meanMs: number): number {
  const means = before.flatMap((bin) => bin.meanMs ?? []);
  if (means.length < 2) return 0;
  const variance = means.reduce((total, one) => total + (one - meanMs) ** 2, 0) / (means.length - 1);
  return Math.sqrt(variance * (1 / means.length + 1 / stretchSeconds));
}

function isAsGood(stretch: readonly Bin[], { leastShare, mostMeanMs }: Baseline): boolean {
  const share = shareOf(stretch);
  const meanMs = meanOf(stretch);
  return share !== null && share >= leastShare && (meanMs === null || meanMs <= mostMeanMs);
}

/** Over answers, not over seconds. */
function meanOf(bins: readonly Bin[]): number | null {
  const answers = sum(bins, 'good') + sum(bins, 'degraded');
  if (answers === 0) return null;
  return bins.reduce((total, { good, degraded, meanMs }) => total + (meanMs ?? 0) * (good + degraded), 0) / answers;
}
