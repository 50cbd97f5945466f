import { exitCodes, type Journal, type ProbeResult } from '../../contracts.ts';

/** What a step prints, and its exit code: 0 is what the exported file's tolerances want. */
export interface StepAnswer {
  readonly exitCode: number;
  readonly json: unknown;
}

/** A probe of the hypothesis, as seen so far or in the end: met when it is in every window that was judged. */
export function probeAnswer(name: string, results: readonly ProbeResult[]): StepAnswer {
  const json = results.map(({ window, value, unit, expected, met, samples, looks, error }) => ({
    ...{ name, window, value, unit, expected, met, samples, looks, error },
  }));
  const mets = results.map(({ met }) => met);
  const exitCode = results.some(({ error }) => error !== undefined)
    ? exitCodes.error
    : mets.includes(false)
      ? exitCodes.deviated
      : mets.includes(null)
        ? exitCodes.inconclusive
        : exitCodes.held;
  return { exitCode, json };
}

/**
 * Whether the run can be believed. That a probe of the hypothesis missed is for its own step to tell; what no step
 * tells, such as a threshold of the load, is told here.
 */
export function runAnswer({ pado }: Journal, names: ReadonlySet<string>, journalFile: string): StepAnswer {
  const { id, verdict, reason, probes } = pado;
  const isTold = probes.some(({ name, window, met }) => names.has(name) && window !== 'before' && met === false);
  const explores = names.size === 0 && verdict === 'inconclusive' && /^no probe was judged/.test(reason);
  const isSound = verdict === 'held' || explores || (verdict === 'deviated' && isTold);
  return { exitCode: isSound ? 0 : exitCodes[verdict], json: { id, verdict, reason, journal: journalFile } };
}
