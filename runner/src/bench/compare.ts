import type { BenchRun, Comparison, RunMetrics } from './contracts.ts';
import { hodgesLehmannInterval } from './stats/bootstrap.ts';
import { hodgesLehmann } from './stats/hodges-lehmann.ts';
import { holm } from './stats/holm.ts';
import { mcnemarTest } from './stats/mcnemar.ts';
import { type Change, relativeChange } from './stats/relative-change.ts';
import { signFlipTest } from './stats/sign-flip.ts';
import { median } from './stats/summary.ts';

// No library fits: simple-statistics 7.12 has a permutation test of unpaired samples only, and no Hodges–Lehmann, sign
// flip, McNemar, Holm or Wilson; jstat has distributions and t-tests, without types; @stdlib has a binomial test and Holm,
// in 268 packages (30 MB) for 30 lines. Ours are compared with scipy's results in test/.

export interface MarkedComparison extends Comparison {
  /** Runs whose value is not what it was but the least that it can be: they had not recovered when the run ended. */
  readonly censored?: { readonly a: number; readonly b: number };
}

export interface RunComparison {
  /** Pairs that count: both runs are there, and neither is void. */
  readonly pairs: number;
  /** Pairs of two runs of which one or both are void. */
  readonly voidPairs: number;
  /** Pairs of which a run is missing. */
  readonly incompletePairs: number;
  /** The loss of SLO; null without pairs. */
  readonly primary: MarkedComparison | null;
  readonly secondary: readonly MarkedComparison[];
  /** Of the primary, in percent; null when a lost nothing. */
  readonly change: Change | null;
  readonly recovered: { readonly a: number; readonly b: number; readonly p: number; readonly pairs: number } | null;
  readonly leftOut: readonly { readonly metric: string; readonly reason: string }[];
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly scale: Comparison['scale'];
  readonly value: (metrics: RunMetrics) => number | null;
  readonly isCensored?: (metrics: RunMetrics) => boolean;
}

interface Pair {
  readonly a: RunMetrics;
  readonly b: RunMetrics;
}

const primary: Metric = { name: 'sloLossSeconds', unit: 's', scale: 'difference', value: (m) => m.sloLossSeconds };

const secondary: readonly Metric[] = [
  { name: 'lostGood', unit: 'requests', scale: 'difference', value: (m) => m.lostGood },
  { name: 'depth', unit: 'share', scale: 'difference', value: (m) => m.depth },
  {
    // Censored on the right. With the time observed in its place a run that did not recover ranks behind those that
    // did, so the sign of a pair's difference is right unless neither recovered (then it is about 0), and the size is the least
    // that it can be: the estimate errs towards "no difference". The sign-flip test is as valid as before, since both
    // arms are cut off alike.
    name: 'ttrRevertSeconds',
    unit: 's',
    scale: 'difference',
    value: (m) => m.ttrRevertSeconds ?? m.observedSeconds,
    isCensored: (m) => m.ttrRevertSeconds === null,
  },
  { name: 'leafAmplification', unit: 'requests per request', scale: 'ratio', value: (m) => m.leafAmplification },
  { name: 'wastedShare', unit: 'share', scale: 'difference', value: (m) => m.wastedShare },
  { name: 'collateral', unit: 'requests', scale: 'difference', value: (m) => m.collateral },
  { name: 'p50Ms', unit: 'ms', scale: 'difference', value: (m) => m.p50Ms },
  { name: 'p99Ms', unit: 'ms', scale: 'ratio', value: (m) => m.p99Ms },
  { name: 'cpuMsPerRequest', unit: 'ms', scale: 'ratio', value: (m) => m.cpuMsPerRequest },
  { name: 'falseRejects', unit: 'share', scale: 'difference', value: (m) => m.falseRejects },
];

/** Compares the arms over the pairs that count. A run is the unit of analysis: its requests depend on one another. */
export function compareRuns(runs: readonly BenchRun[], { seed }: { readonly seed: number }): RunComparison {
  const { pairs, voidPairs, incompletePairs } = pairsOf(runs);
  const none = { pairs: 0, voidPairs, incompletePairs, primary: null, secondary: [], change: null, recovered: null };
  if (pairs.length === 0) return { ...none, leftOut: [] };
  const leftOut: { metric: string; reason: string }[] = [];
  const compared = secondary.flatMap((metric) => {
    const reason = obstacle(metric, pairs);
    if (reason === undefined) return compareMetric(named(metric, pairs), pairs, seed);
    leftOut.push({ metric: metric.name, reason });
    return [];
  });
  const adjusted = holm(compared.map(({ p }) => p));
  const losses = valuesOf(primary, pairs);
  return {
    ...{ pairs: pairs.length, voidPairs, incompletePairs, leftOut },
    primary: compareMetric(primary, pairs, seed),
    secondary: compared.map((comparison, index) => ({ ...comparison, adjusted: adjusted[index]! })),
    change: relativeChange(losses.a, losses.b, seed),
    recovered: recoveredOf(pairs),
  };
}

/** Where a run was made twice, the later one counts. */
function pairsOf(runs: readonly BenchRun[]): { pairs: Pair[]; voidPairs: number; incompletePairs: number } {
  const byPair = new Map<number, Partial<Record<BenchRun['arm'], BenchRun>>>();
  for (const run of runs) byPair.set(run.pair, { ...byPair.get(run.pair), [run.arm]: run });
  const pairs: Pair[] = [];
  let [voidPairs, incompletePairs] = [0, 0];
  // In the pairs' order, so that the same runs give the same figures whatever order they were read in.
  for (const [, { a, b }] of [...byPair].sort(([first], [second]) => first - second)) {
    if (a === undefined || b === undefined) incompletePairs += 1;
    else if (a.void !== undefined || b.void !== undefined) voidPairs += 1;
    else pairs.push({ a: a.metrics, b: b.metrics });
  }
  return { pairs, voidPairs, incompletePairs };
}

/** Why the metric cannot be compared over these pairs. */
function obstacle({ name, scale, value }: Metric, pairs: readonly Pair[]): string | undefined {
  const runs = pairs.flatMap(({ a, b }) => [a, b]);
  const missing = runs.filter((run) => value(run) === null).length;
  if (missing > 0) return `${missing} of ${runs.length} runs have no value`;
  if (scale === 'ratio' && runs.some((run) => value(run)! <= 0)) return 'it is 0 in a run, and 0 has no ratio';
  if (name === 'p99Ms' && new Set(runs.map(({ tail }) => tail)).size > 1)
    return 'some runs had under 1,000 requests in their baseline and give p95 instead, which is not comparable';
  return undefined;
}

function named(metric: Metric, pairs: readonly Pair[]): Metric {
  return metric.name === 'p99Ms' ? { ...metric, name: `${pairs[0]!.a.tail}Ms` } : metric;
}

function compareMetric(metric: Metric, pairs: readonly Pair[], seed: number): MarkedComparison {
  const { a, b } = valuesOf(metric, pairs);
  const isRatio = metric.scale === 'ratio';
  const differences = a.map((value, index) => (isRatio ? Math.log(b[index]! / value) : b[index]! - value));
  const back = isRatio ? Math.exp : (value: number) => value;
  const { low, high } = hodgesLehmannInterval(differences, { seed });
  const cutOff = (arm: 'a' | 'b') => pairs.filter((pair) => metric.isCensored?.(pair[arm])).length;
  const censored = { a: cutOff('a'), b: cutOff('b') };
  return {
    ...{ metric: metric.name, unit: metric.unit, scale: metric.scale },
    ...{ a: median(a), b: median(b) },
    estimate: back(hodgesLehmann(differences)),
    interval: { low: back(low), high: back(high) },
    p: signFlipTest(differences, seed),
    pairs: pairs.length,
    ...(censored.a + censored.b > 0 && { censored }),
  };
}

function valuesOf({ value }: Metric, pairs: readonly Pair[]): { a: number[]; b: number[] } {
  return { a: pairs.map(({ a }) => value(a)!), b: pairs.map(({ b }) => value(b)!) };
}

function recoveredOf(pairs: readonly Pair[]): RunComparison['recovered'] {
  const did = (metrics: RunMetrics) => metrics.ttrRevertSeconds !== null;
  const count = (test: (pair: Pair) => boolean) => pairs.filter(test).length;
  const [a, b] = [count((pair) => did(pair.a)), count((pair) => did(pair.b))];
  const both = count((pair) => did(pair.a) && did(pair.b));
  return { a, b, p: mcnemarTest(a - both, b - both), pairs: pairs.length };
}
