/** A benchmark made by a seeded generator: `naive` never comes back, `full` does after four seconds. */
import { claimOf } from '../../../../runner/src/bench/claim.ts';
import { compareRuns } from '../../../../runner/src/bench/compare.ts';
import type { BenchRun, BenchSummary } from '../../../../runner/src/bench/contracts.ts';
import { measure } from '../../../../runner/src/bench/metrics/metrics.ts';
import { voidReasons } from '../../../../runner/src/bench/metrics/void.ts';
import { sentenceOf } from '../../../../runner/src/bench/sentence.ts';
import { bad, good, run as made, times } from '../metrics/made-run.ts';

/** Mulberry32: from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Options {
  readonly pairs?: number;
  readonly wantedPairs?: number;
  readonly quick?: boolean;
  /** Pairs whose first run is void. */
  readonly spoilt?: readonly number[];
  /** true: both arms are the same. */
  readonly same?: boolean;
  readonly noiseFloor?: number | null;
}

export function madeBench({
  pairs = 8,
  wantedPairs = pairs,
  quick = false,
  spoilt = [],
  same = false,
  noiseFloor = null,
}: Options = {}): { summary: BenchSummary; runs: readonly BenchRun[]; command: string } {
  const runs = Array.from({ length: pairs }, (_, pair) => pair).flatMap((pair) => {
    const dice = random(pair + 1);
    const order = dice() < 0.5 ? (['a', 'b'] as const) : (['b', 'a'] as const);
    return order.map((arm, index) => oneRun(pair, arm, 2 * pair + index, dice, arm === 'a' && !same, spoilt));
  });
  const { primary, secondary, recovered, change, ...counts } = compareRuns(runs, { seed: 1 });
  const names = { a: 'naive', b: same ? 'naive' : 'full' };
  const claim = claimOf({ primary, quick, pairs: counts.pairs, voidPairs: counts.voidPairs, noiseFloor });
  return {
    runs,
    summary: {
      ...{ experiment: 'retry-storm-capacity', ...names, seed: 1, wantedPairs, pairs: counts.pairs, quick },
      ...{ primary, secondary, recovered, noiseFloor, claim: claim.claim },
      voidRuns: runs.filter((run) => run.void !== undefined).length,
      sentence: sentenceOf({ ...names, primary, change, claim }),
      machine: { cores: 2, model: 'a processor', memoryGib: 8, node: 'v24.21.0' },
    },
    command: `pado bench experiments/cascades/retry-storm-capacity.yaml --a ${names.a} --b ${names.b}`,
  };
}

function oneRun(
  pair: number,
  arm: 'a' | 'b',
  order: number,
  dice: () => number,
  isNaive: boolean,
  spoilt: readonly number[],
): BenchRun {
  const back = 13 + Math.floor(dice() * 3);
  const samples = made(
    (second) =>
      dice() < (second < 0 ? 0.002 : isNaive || second < back ? 0.9 + 0.1 * dice() : 0.002)
        ? bad()
        : good(15 + 10 * dice()),
    { perSecond: 70 },
  );
  const edge = { from: 'gateway', to: 'catalog' };
  const counts = (originals: number, attempts: number) => ({
    edges: [{ ...edge, originals, attempts }],
    ...{ wasted: isNaive ? attempts / 2 : attempts / 50, served: attempts, refused: 0, cpuSeconds: 4 + dice() },
  });
  const { bins, metrics, ...dropped } = measure({
    ...{ samples, drops: [], times, deadlineMs: 3_000, leaf: edge },
    counts: { baseline: counts(1_050, 1_052), after: counts(4_900, isNaive ? 14_000 + 500 * dice() : 5_300) },
  });
  const isSpoilt = spoilt.includes(pair) && order % 2 === 0;
  const spoilers = { ...dropped, k6Cores: 0.1 + 0.05 * dice(), hostBusy: isSpoilt ? 0.97 : 0.6, throttled: 0 };
  const reasons = voidReasons(spoilers, metrics);
  return {
    ...{ pair, arm, order, seed: 100 + pair, policies: arm === 'a' ? 'naive' : 'full', times, bins, metrics, spoilers },
    ...(reasons.length === 0 ? {} : { void: reasons }),
    journalFile: `journals/${order}/journal.json`,
    verdict: isNaive ? 'deviated' : 'held',
  };
}
