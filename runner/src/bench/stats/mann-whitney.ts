import { normalCdf } from './normal.ts';

/** As scipy has it: exact while one side is this small and no two values are equal. */
const mostExact = 8;

export interface MannWhitney {
  /** Pairs of one value of each side in which the first side's is the greater, ties by half. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * The Mann–Whitney U test for two samples that are not paired. Exact for small samples without ties, else by the normal
 * distribution with corrections for ties and continuity. Without a value on a side p is 1.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): MannWhitney {
  const u = a.reduce((sum, x) => sum + b.reduce((wins, y) => wins + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0);
  if (a.length === 0 || b.length === 0) return { u, p: 1 };
  const further = Math.max(u, a.length * b.length - u);
  const ties = tiesOf([...a, ...b]);
  const exact = Math.min(a.length, b.length) <= mostExact && ties.every((times) => times === 1);
  const tail = exact ? exactTail(further, a.length, b.length) : normalTail(further, a.length, b.length, ties);
  return { u, p: Math.min(1, 2 * tail) };
}

/** How often each value occurs. */
function tiesOf(values: readonly number[]): number[] {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times.values()];
}

/** P(U ≥ u): the orders of n and m values with each U are counted by placing one greatest value after the other. */
function exactTail(u: number, n: number, m: number): number {
  // ways[j][k]: orders of i values of the one side and j of the other whose U is k, for the i that the loop has reached.
  let ways = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i += 1) {
    const next = [[1]];
    for (let j = 1; j <= m; j += 1) {
      const mine = ways[j]!;
      const theirs = next[j - 1]!;
      next.push(Array.from({ length: i * j + 1 }, (_, k) => (mine[k - j] ?? 0) + (theirs[k] ?? 0)));
    }
    ways = next;
  }
  const counts = ways[m]!;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.slice(u).reduce((sum, count) => sum + count, 0) / all;
}

function normalTail(u: number, n: number, m: number, ties: readonly number[]): number {
  const all = n + m;
  const tied = ties.reduce((sum, times) => sum + times ** 3 - times, 0);
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - tied / (all * (all - 1))));
  // All values are equal: nothing speaks for a difference.
  if (deviation === 0) return 1;
  return normalCdf(-(u - (n * m) / 2 - 0.5) / deviation);
}
