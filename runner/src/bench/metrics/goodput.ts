import type { Bin, RunTimes } from '../contracts.ts';
import { binMs, binsIn } from './bins.ts';

const depthSeconds = 5;

/** Seconds that lie wholly in the baseline. */
export const baselineBins = (bins: readonly Bin[], { baseline, injectMs }: RunTimes): readonly Bin[] =>
  binsIn(bins, baseline, injectMs);

/** From injection to the end. */
export const afterBins = (bins: readonly Bin[]): readonly Bin[] => bins.filter(({ second }) => second >= 0);

export const sum = (bins: readonly Bin[], key: 'offered' | 'good' | 'degraded' | 'bad'): number =>
  bins.reduce((total, bin) => total + bin[key], 0);

/** g: good of offered, 0 to 1, over all these seconds together; null when nobody came. */
export function shareOf(bins: readonly Bin[]): number | null {
  const offered = sum(bins, 'offered');
  return offered === 0 ? null : sum(bins, 'good') / offered;
}

/** Σ max(0, goal − g(t)) · 1 s. A second in which nobody came loses nothing. */
export const sloLossSeconds = (bins: readonly Bin[], goal: number): number =>
  bins.reduce((total, bin) => total + (Math.max(0, goal - (shareOf([bin]) ?? 1)) * binMs) / 1_000, 0);

/** Good answers short of the baseline's share, in sum: seconds by chance above it make up for those by chance below. */
export const lostGood = (bins: readonly Bin[], g0: number): number =>
  Math.max(0, g0 * sum(bins, 'offered') - sum(bins, 'good'));

/** The least share over five seconds in a row; over all where there are fewer. */
export function depth(bins: readonly Bin[]): number | null {
  const starts = Math.max(1, bins.length - depthSeconds + 1);
  const shares = Array.from({ length: starts }, (_, start) => shareOf(bins.slice(start, start + depthSeconds)));
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? null : Math.min(...known);
}
