import type { Random } from '@pado/fault';

/** The quantile of a sample, by linear interpolation between its neighbours; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A median with its 95% confidence interval; NaN where there are too few values for one. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2_000;
const fewest = 4;

/** The median and its interval by the percentile bootstrap. */
export function estimate(values: readonly number[], random: Random): Estimate {
  if (values.length < fewest) return { median: median(values), low: Number.NaN, high: Number.NaN };
  const draw = () => values[Math.floor(random() * values.length)] ?? Number.NaN;
  const medians = Array.from({ length: resamples }, () => median(values.map(draw)));
  return { median: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/** Round by round: what was measured in the same round is compared, so that a drift of the machine cancels out. */
export const ratios = (values: readonly number[], base: readonly number[]): number[] =>
  values.map((value, round) => value / (base[round] ?? Number.NaN));
export const differences = (values: readonly number[], base: readonly number[]): number[] =>
  values.map((value, round) => value - (base[round] ?? Number.NaN));

/** A quantile of all rounds together ÷ that of others, with the interval that a resampling of whole rounds gives. */
export function pooledRatio(
  rounds: readonly (readonly number[])[],
  base: readonly (readonly number[])[],
  share: number,
  random: Random,
): Estimate {
  const of = (picked: readonly number[]) =>
    quantile(
      picked.flatMap((round) => rounds[round] ?? []),
      share,
    ) /
    quantile(
      picked.flatMap((round) => base[round] ?? []),
      share,
    );
  const all = rounds.map((_, round) => round);
  if (all.length < fewest) return { median: of(all), low: Number.NaN, high: Number.NaN };
  const draws = Array.from({ length: 300 }, () => of(all.map(() => Math.floor(random() * all.length))));
  return { median: of(all), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** The same things in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
