import type { ArmName, BenchRun } from '../contracts.ts';
import { binMs } from '../metrics/bins.ts';
import { median } from '../stats/summary.ts';

export interface Band {
  readonly median: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** What the page's script draws. */
export interface GoodputChart {
  /** Seconds since injection. */
  readonly x: readonly number[];
  readonly bands: Readonly<Record<ArmName, Band>>;
  /** Median over the runs, in seconds since injection. */
  readonly revert: number;
}

/** g(t) of each arm: median, least and most over its runs. A second without users in a run says nothing. */
export function goodputChart(runs: readonly BenchRun[]): GoodputChart | undefined {
  const seconds = runs.flatMap(({ bins }) => bins.map(({ second }) => second));
  if (seconds.length === 0) return undefined;
  const first = seconds.reduce((least, second) => Math.min(least, second));
  const last = seconds.reduce((most, second) => Math.max(most, second));
  const x = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const bandOf = (arm: ArmName): Band => {
    const shares = x.map((): number[] => []);
    for (const { second, good, offered } of runs.filter((run) => run.arm === arm).flatMap(({ bins }) => bins))
      if (offered > 0) shares[second - first]?.push(good / offered);
    const of = (pick: (values: number[]) => number) =>
      shares.map((values) => (values.length === 0 ? null : Number(pick(values).toFixed(4))));
    return { median: of(median), low: of((all) => Math.min(...all)), high: of((all) => Math.max(...all)) };
  };
  return {
    x,
    bands: { a: bandOf('a'), b: bandOf('b') },
    revert: median(runs.map(({ times }) => (times.revertMs - times.injectMs) / binMs)),
  };
}
