import type { Bin, RunMetrics, RunTimes, Sample, ServerCounts } from '../contracts.ts';
import { binsOf } from './bins.ts';
import type { Drops } from './drops.ts';
import { afterBins, baselineBins, depth, lostGood, shareOf, sloLossSeconds, sum } from './goodput.ts';
import { quantilesOf } from './quantiles.ts';
import { isMetastable, secondsToRecover } from './recovery.ts';
import { serverMetrics } from './server.ts';

/** All that a run left behind. */
export interface RunEvidence {
  readonly samples: readonly Sample[];
  readonly drops: readonly Drops[];
  readonly times: RunTimes;
  /** D, how long a user waits, in milliseconds. */
  readonly deadlineMs: number;
  /** The share of answers that must be good, in percent as in the claim. Default 99. */
  readonly goal?: number;
  /** Those whose goodput is judged; all others are bystanders. Default all. */
  readonly journeys?: readonly string[];
  readonly leaf?: Edge;
  /** `after`: from injection to the end. Without them what the services count is not known. */
  readonly counts?: { readonly baseline: ServerCounts; readonly after: ServerCounts };
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Measured {
  readonly bins: readonly Bin[];
  readonly metrics: RunMetrics;
  /** Over all journeys: k6's own load does not ask which are judged. */
  readonly droppedInBaseline: number;
  readonly offeredInBaseline: number;
}

const defaultGoal = 99;

export function measure(evidence: RunEvidence): Measured {
  const { samples, drops, times, deadlineMs, journeys, counts, leaf } = evidence;
  const bins = binsOf(samples, drops, times, journeys);
  const [before, after] = [baselineBins(bins, times), afterBins(bins)];
  const g0 = shareOf(before) ?? 0;
  const { startMs, endMs } = times.baseline;
  const inBaseline = ({ atMs }: { readonly atMs: number }) => atMs >= startMs && atMs < endMs;
  const inPeace = samples.filter(inBaseline);
  const droppedInBaseline = drops.filter(inBaseline).reduce((total, { count }) => total + count, 0);
  const sentAfter = samples.filter(({ atMs }) => atMs >= times.injectMs && atMs < times.endMs).length;
  return {
    bins,
    metrics: {
      g0,
      sloLossSeconds: sloLossSeconds(after, (evidence.goal ?? defaultGoal) / 100),
      lostGood: lostGood(after, g0),
      depth: depth(after) ?? 0,
      ttrRevertSeconds: secondsToRecover(bins, times, times.revertMs),
      ttrInjectSeconds: secondsToRecover(bins, times, times.injectMs),
      observedSeconds: (times.endMs - times.revertMs) / 1_000,
      metastable: isMetastable(bins, times),
      collateral: collateral(evidence),
      ...quantilesOf(inPeace, deadlineMs),
      ...serverMetrics(counts, leaf, { baseline: inPeace.length, after: sentAfter }),
    },
    droppedInBaseline,
    offeredInBaseline: inPeace.length + droppedInBaseline,
  };
}

/** Each bystander against its own baseline: a journey that gains does not make up for one that loses. */
function collateral({ samples, drops, times, journeys }: RunEvidence): number {
  if (journeys === undefined) return 0;
  const names = new Set([...samples, ...drops].flatMap(({ journey }) => journey ?? []));
  return [...names]
    .filter((name) => !journeys.includes(name))
    .reduce((total, name) => {
      // A drop without a journey is counted where it may have hurt most, among those that are judged.
      const own = drops.filter(({ journey }) => journey === name);
      const bins = binsOf(samples, own, times, [name]);
      const before = baselineBins(bins, times);
      return sum(before, 'offered') === 0 ? total : total + lostGood(afterBins(bins), shareOf(before) ?? 0);
    }, 0);
}
