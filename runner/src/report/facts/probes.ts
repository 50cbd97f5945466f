import type { ProbeResult, ProbeWindow } from '../../contracts.ts';

export interface ProbeRow {
  readonly name: string;
  /** Of each run, by window. */
  readonly runs: readonly Readonly<Partial<Record<ProbeWindow, ProbeResult>>>[];
  /** The tolerance, where all results agree on it. */
  readonly expected: string;
  /** The tolerance describes the failure that the fault must cause. */
  readonly expectsFailure: boolean;
  readonly weight: number;
}

/** The probes of several runs, one row a name, in the order in which they first appear. */
export function probeRows(runs: readonly (readonly ProbeResult[])[]): readonly ProbeRow[] {
  const names = new Set(runs.flatMap((probes) => probes.map(({ name }) => name)));
  return [...names].map((name) => {
    const results = runs.map((probes) => probes.filter((probe) => probe.name === name));
    // Before the fault an expected failure must be absent, which is told in other words.
    const judged = results.flat().filter(({ expect, window }) => expect !== 'failure' || window !== 'before');
    const expected = new Set((judged.length > 0 ? judged : results.flat()).map((result) => result.expected));
    return {
      name,
      runs: results.map((probes) => Object.fromEntries(probes.map((probe) => [probe.window, probe]))),
      expected: [...expected].join(' or '),
      expectsFailure: results.flat().some(({ expect }) => expect === 'failure'),
      weight: results.flat()[0]?.weight ?? 1,
    };
  });
}

/** The result that decides: of the experiment itself, else of the time after it, else of the baseline. */
export const decisive = (results: ProbeRow['runs'][number] | undefined): ProbeResult | undefined =>
  results?.during ?? results?.after ?? results?.before;
