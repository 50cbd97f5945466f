import type { ProbeResult, Stop, Verdict } from '../contracts.ts';

/** What a run came to know; enough to judge it, and nothing else. */
export interface Facts {
  /** The user stopped the run. */
  readonly interrupted: boolean;
  /** A stop condition ended the run. */
  readonly stop?: Stop | undefined;
  /** Why the run could not be carried out: a process died, an action failed, the agent did not answer, k6 crashed. */
  readonly failure?: string;
  readonly probes: readonly ProbeResult[];
  readonly faults: readonly FaultFacts[];
  /** Whether the experiment has a method; without one only the steady state is checked. */
  readonly acts: boolean;
  readonly load?: { readonly iterations: number; readonly dropped: number };
  /** Something was left out on purpose. */
  readonly dry?: boolean;
  /** Rollbacks that failed. */
  readonly leftovers?: readonly string[];
}

export interface FaultFacts {
  readonly name: string;
  /** The reason when no target was in force in time. */
  readonly unarmed?: string;
  readonly applied: number;
  /** Why it ended before the experiment meant it to. */
  readonly endedEarly?: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly reason: string;
}

/** More iterations lost than this share means that the planned load was not there. */
const maxDroppedShare = 0.01;

/**
 * The first rule that fits decides. A run that could not be carried out is an error, one that was stopped is aborted;
 * one that proves nothing is inconclusive; what is left was observed, and deviated when a single probe missed.
 */
export function judge(facts: Facts): Judgement {
  const { interrupted, stop, failure, probes, faults, acts, load, dry = false, leftovers = [] } = facts;
  const before = probes.filter(({ window }) => window === 'before');
  const decisive = acts ? probes.filter(({ window }) => window !== 'before') : before;
  const inconclusive = (reason: string): Judgement => ({ verdict: 'inconclusive', reason });

  if (stop !== undefined) return { verdict: 'aborted', reason: stop.reason };
  if (failure !== undefined) return { verdict: 'error', reason: failure };
  if (interrupted) return inconclusive('the run was interrupted');
  if (leftovers[0] !== undefined) return { verdict: 'error', reason: leftovers.join('; ') };
  if (dry) return inconclusive('a dry run proves nothing: something was left out');
  const failed = probes.find(({ error }) => error !== undefined);
  if (failed !== undefined) return { verdict: 'error', reason: `"${failed.name}" could not be asked: ${failed.error}` };

  const unsteady = acts ? before.filter(({ met }) => met !== true) : [];
  if (unsteady.length > 0) return inconclusive(`no steady state to begin with: ${list(unsteady)}`);
  for (const { name, unarmed, applied, endedEarly } of faults) {
    if (unarmed !== undefined) return inconclusive(unarmed);
    if (applied === 0) return inconclusive(`the fault ${name} was never applied: no request fitted its match`);
    if (endedEarly !== undefined) return inconclusive(`the fault ${name} ended early (${endedEarly})`);
  }
  const missed = decisive.filter(({ met }) => met === false);
  if (missed.length > 0) return { verdict: 'deviated', reason: list(missed) };
  const unknown = decisive.filter(({ met }) => met === null);
  if (unknown.length > 0) return inconclusive(list(unknown));
  if (decisive.length === 0) {
    const steady = before.length > 0 ? ', only the steady state before' : '';
    return inconclusive(`no probe was judged${steady}`);
  }
  if (load !== undefined && load.dropped > maxDroppedShare * (load.iterations + load.dropped)) {
    return inconclusive(`the load was not as planned: ${load.dropped} iterations found no free virtual user`);
  }
  const count = `${decisive.length} of ${decisive.length} probes are within tolerance`;
  const windows = new Set(decisive.map(({ window }) => window));
  const when = [
    ...(windows.has('during') ? ['during the experiment'] : []),
    ...(windows.has('after') ? ['after it'] : []),
  ];
  const expected = decisive.filter(({ expect }) => expect === 'failure').length;
  const seen =
    expected === 0
      ? ''
      : `; ${expected === 1 ? 'the expected failure was' : `${expected} expected failures were`} seen`;
  return { verdict: 'held', reason: acts ? `${count} ${when.join(' and ')}${seen}` : `${count} in the steady state` };
}

const list = (results: readonly ProbeResult[]): string => results.map(inWords).join('; ');

function inWords({ name, window, value, unit, expected, met, expect, looks }: ProbeResult): string {
  if (met === null) return `${name} had no data (${window})`;
  const observed = typeof value === 'number' ? Number(value.toPrecision(3)) : (value ?? 'no data');
  const tail = unit === undefined ? '' : unit === '%' ? '%' : ` ${unit}`;
  const often = looks === undefined ? '' : `, ${looks.missed} of ${looks.count} looks missed`;
  const was = `${observed}${value === null ? '' : tail}`;
  if (expect === 'failure' && window === 'during') {
    const last = looks === undefined ? `it was ${was}` : `the last of ${looks.count} looks gave ${was}`;
    return `${name}: the expected failure was not seen, ${last}, not ${expected}`;
  }
  return `${name} was ${was}, not ${expected} (${window}${often})`;
}
