import type { Random } from '@pado/fault';
import type { Estimate } from './stats.ts';

/** `within noise`: the median misses the goal, but its confidence interval does not. `none`: nothing could be measured here. */
export type Verdict = 'reached' | 'not reached' | 'within noise' | 'none';

export const verdictOf = (fits: boolean): Verdict => (fits ? 'reached' : 'not reached');

/** For an estimate: by its median, and then by either end of its interval. */
export function judge({ median, low, high }: Estimate, fits: (value: number) => boolean): Verdict {
  if (fits(median)) return 'reached';
  return fits(low) || fits(high) ? 'within noise' : 'not reached';
}

/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly goal: string;
  readonly measured: string;
  /** The same for the peer, measured in the same run; empty where there is none. */
  readonly peer: string;
  readonly verdict: Verdict;
}

export interface Result {
  readonly rows: readonly Row[];
  /** Everything that the rows sum up, for the JSON file. */
  readonly data: unknown;
}

/** What a figure is given. */
export interface Bench {
  readonly isQuick: boolean;
  readonly random: Random;
  /** The injector as one file: a copy, so that it stays the same for the whole run. */
  readonly injector: string;
  /** Says how much of this figure is done, from 0 to 1. */
  readonly done: (share: number) => void;
  /** Runs when the figure ends, however it ends; the last first. */
  readonly defer: (undo: () => unknown) => void;
}

export interface Figure {
  readonly name: string;
  /** About how long it takes, for the time that is left. */
  readonly seconds: { readonly full: number; readonly quick: number };
  run(bench: Bench): Promise<Result>;
}

/** A row for what cannot be measured on this machine. */
export const skipped = (figure: string, goal: string, why: string): Row => ({
  figure,
  goal,
  measured: `skipped: ${why}`,
  peer: '',
  verdict: 'none',
});
