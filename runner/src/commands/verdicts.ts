import { exitCodes, type Verdict } from '../contracts.ts';

/** What weighs most first: the exit code of several runs is that of the first present. */
const order: readonly Verdict[] = ['error', 'aborted', 'deviated', 'inconclusive', 'held'];

/** The verdict that weighs most; of no run at all, held. */
export const worst = (verdicts: readonly Verdict[]): Verdict =>
  order.find((verdict) => verdicts.includes(verdict)) ?? 'held';

export const exitCodeOfAll = (verdicts: readonly Verdict[]): number => exitCodes[worst(verdicts)];

/**
 * A lab went as told when the experiment deviated without the fix and held with it: 0, else 1. A run that proves
 * nothing either way keeps the exit code of its verdict.
 */
export function exitCodeOfLab([before, after]: readonly Verdict[]): number {
  for (const verdict of ['error', 'aborted', 'inconclusive'] as const) {
    if (before === verdict || after === verdict) return exitCodes[verdict];
  }
  return before === 'deviated' && after === 'held' ? 0 : 1;
}
