import type { CascadeClaim } from '../experiment/schema/cascade.ts';
import type { Role } from './cascade-plan.ts';
import type { ArmRun } from './measure-run.ts';
import { mean } from './stats/summary.ts';

/** A run of a cascade, kept in its folder. */
export interface CascadeRun extends Omit<ArmRun, 'void'> {
  readonly name: string;
  readonly role: Role;
  readonly void?: readonly string[];
}

/** One thing that is claimed of a cascade. */
export interface Assertion {
  readonly claim: string;
  /** null: no run that counts. */
  readonly met: boolean | null;
  /** What was seen, in a few words. */
  readonly seen: string;
}

/** A fix must bring users back within this time, and may not cost more than this share of good answers in peace. */
export const recoverWithinSeconds = 10;
export const mostCostInPeace = 0.01;
/** Where chance decides, a claim must come true in this share of the seeds: four of five. */
const leastShare = 0.8;

/** Judges what a cascade's file claims by its runs; those that are void count for nothing. */
export function judgeCascade(claim: CascadeClaim, runs: readonly CascadeRun[]): readonly Assertion[] {
  const made = (role: Role) => runs.filter((run) => run.role === role).length;
  // With most of its seeds spoilt, what is left proves nothing.
  const of = (role: Role) => {
    const counted = runs.filter((run) => run.role === role && run.void === undefined);
    return counted.length >= leastShare * made(role) ? counted : [];
  };
  const [naive, fixed, weaker] = [of('naive'), of('fixed'), of('weaker')];
  return [
    often(
      'naive deviates',
      naive,
      ({ verdict }) => verdict === 'deviated',
      ({ verdict }) => verdict,
    ),
    ...claim.signature.map(({ name }) =>
      often(
        `naive shows: ${name}`,
        naive,
        ({ signature }) => signature.some((one) => one.name === name && one.met),
        ({ signature }) => shown(signature.find((one) => one.name === name)),
      ),
    ),
    ...(claim.metastable === true
      ? [
          often(
            'naive still fails 60 s after the trigger is gone',
            naive,
            ({ metrics }) => metrics.metastable === true,
            ({ metrics }) => recovery(metrics.ttrRevertSeconds, metrics.observedSeconds),
          ),
        ]
      : []),
    often(
      'the fix holds',
      fixed,
      ({ verdict }) => verdict === 'held',
      ({ verdict }) => verdict,
    ),
    often(
      `the fix recovers within ${recoverWithinSeconds} s`,
      fixed,
      ({ metrics }) => metrics.ttrRevertSeconds !== null && metrics.ttrRevertSeconds <= recoverWithinSeconds,
      ({ metrics }) => recovery(metrics.ttrRevertSeconds, metrics.observedSeconds),
    ),
    peace(naive, fixed),
    often(
      'naive recovers from the weaker trigger',
      weaker,
      ({ metrics }) => metrics.ttrRevertSeconds !== null,
      ({ metrics }) => recovery(metrics.ttrRevertSeconds, metrics.observedSeconds),
    ),
  ];
}

function often(
  claim: string,
  runs: readonly CascadeRun[],
  holds: (run: CascadeRun) => boolean,
  see: (run: CascadeRun) => string,
): Assertion {
  if (runs.length === 0) return { claim, met: null, seen: 'too few runs count' };
  const count = runs.filter(holds).length;
  const [first] = runs;
  const seen =
    runs.length === 1 && first !== undefined ? see(first) : `${count} of ${runs.length}: ${runs.map(see).join(', ')}`;
  return { claim, met: count >= leastShare * runs.length, seen };
}

function peace(naive: readonly CascadeRun[], fixed: readonly CascadeRun[]): Assertion {
  const claim = `the fix costs at most ${100 * mostCostInPeace}% of goodput in peace`;
  if (naive.length === 0 || fixed.length === 0) return { claim, met: null, seen: 'too few runs count' };
  const without = mean(naive.map(({ metrics }) => metrics.g0));
  const with_ = mean(fixed.map(({ metrics }) => metrics.g0));
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return { claim, met: with_ >= without - mostCostInPeace, seen: `${percent(with_)} against ${percent(without)}` };
}

const recovery = (seconds: number | null, observed: number): string =>
  seconds === null ? `not in ${observed.toFixed(0)} s` : `after ${seconds.toFixed(0)} s`;

const shown = (one: CascadeRun['signature'][number] | undefined): string =>
  one?.value == null ? 'no data' : `${Number(one.value.toPrecision(3))}${one.unit === undefined ? '' : ` ${one.unit}`}`;
