import type { Interval } from '../contracts.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { mean } from './summary.ts';

/** What b has of a thing against a, in percent: −92 is 92% less. */
export interface Change {
  /** Means of the arms over the runs. */
  readonly a: number;
  readonly b: number;
  readonly percent: number;
  /** 95%, in percent. */
  readonly interval: Interval;
}

/**
 * The change is the ratio of sums over the pairs, Σb / Σa − 1, which is the ratio of the means; its interval is the same
 * bootstrap as everywhere, over pairs. Sums rather than medians: the sign-flip test is on the sum too, so that both
 * speak of one thing, drift that a pair shares stays out of it, and a run without loss has no logarithm but has a sum.
 * Null when a has none of the thing, or in so few runs that resamples without any reach the interval's end.
 */
export function relativeChange(a: readonly number[], b: readonly number[], seed: number): Change | null {
  const percentOf = (counts: (index: number) => number): number => {
    const sum = (values: readonly number[]) => values.reduce((total, value, i) => total + counts(i) * value, 0);
    const [ofA, ofB] = [sum(a), sum(b)];
    if (ofA === 0) return ofB === 0 ? 0 : Number.POSITIVE_INFINITY;
    return (ofB / ofA - 1) * 100;
  };
  if (a.length === 0 || a.every((value) => value === 0)) return null;
  const statistic = (counts: Uint16Array) => percentOf((index) => counts[index]!);
  const interval = bootstrapInterval({ size: a.length, seed, statistic });
  if (!Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return null;
  return { a: mean(a), b: mean(b), percent: percentOf(() => 1), interval };
}
