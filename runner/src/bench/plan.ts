import { seeded } from '@pado/fault';
import type { ArmName } from './contracts.ts';

export interface PlanOptions {
  readonly pairs: number;
  readonly seed: number;
  /** One pair, whatever `pairs` says. */
  readonly quick: boolean;
}

export interface PlannedRun {
  /** Place in the order of execution, from 0. */
  readonly order: number;
  /** From 0. */
  readonly pair: number;
  readonly arm: ArmName;
  /** Of load and faults; the same for both runs of a pair. */
  readonly seed: number;
}

/**
 * Which run comes when. The runs of a pair follow one another, so that they share whatever the machine is at; which
 * arm goes first is chance, since the second run may find the machine warmer. Chance is drawn in blocks of two pairs,
 * one AB and one BA: the order is balanced to within one at any time, and a benchmark that is given more pairs later
 * begins with the plan that it had.
 */
export function planOf({ pairs, seed, quick }: PlanOptions): PlannedRun[] {
  const random = seeded(seed);
  const plan: PlannedRun[] = [];
  let isAFirst = false;
  for (let pair = 0; pair < (quick ? 1 : pairs); pair += 1) {
    isAFirst = pair % 2 === 0 ? random() < 0.5 : !isAFirst;
    // Not 0, which k6 and others take for "no seed".
    const runSeed = 1 + Math.floor(random() * (2 ** 31 - 1));
    const arms: readonly ArmName[] = isAFirst ? ['a', 'b'] : ['b', 'a'];
    for (const arm of arms) plan.push({ order: plan.length, pair, arm, seed: runSeed });
  }
  return plan;
}

export interface Progress {
  /** In the order of execution. */
  readonly left: readonly PlannedRun[];
  /** From the mean of the runs so far; null before the first. 0 when nothing is left. */
  readonly timeLeftMs: number | null;
}

/** What is left of a plan, given the runs that exist and how long those of this sitting took. */
export function progressOf(
  plan: readonly PlannedRun[],
  done: readonly Pick<PlannedRun, 'pair' | 'arm'>[],
  tookMs: readonly number[],
): Progress {
  const left = plan.filter(({ pair, arm }) => !done.some((run) => run.pair === pair && run.arm === arm));
  if (left.length === 0) return { left, timeLeftMs: 0 };
  if (tookMs.length === 0) return { left, timeLeftMs: null };
  const meanMs = tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length;
  return { left, timeLeftMs: left.length * meanMs };
}
