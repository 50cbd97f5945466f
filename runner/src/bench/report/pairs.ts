import type { ArmName, BenchRun } from '../contracts.ts';

export type Pair = Readonly<Record<ArmName, BenchRun>> & { readonly pair: number };

/** Pairs of two runs that count. */
export function pairsOf(runs: readonly BenchRun[]): readonly Pair[] {
  const counting = runs.filter((run) => run.void === undefined);
  const numbers = [...new Set(counting.map(({ pair }) => pair))].sort((one, other) => one - other);
  return numbers.flatMap((pair): readonly Pair[] => {
    const [a, b] = (['a', 'b'] as const).map((arm) => counting.find((run) => run.pair === pair && run.arm === arm));
    return a === undefined || b === undefined ? [] : [{ pair, a, b }];
  });
}
