import { dirname, join } from 'node:path';
import type { Outcome } from '../../cli/command.ts';
import { describeError } from '../../cli/errors.ts';
import { exitCodes, type Journal, type Verdict } from '../../contracts.ts';
import { span } from '../../live/line.ts';
import { type Figures, figuresOf, type Summary, summaryOf } from './figures.ts';
import { matrix } from './matrix.ts';
import type { Run } from './several.ts';

/** A run in the document of `--json`. */
export interface RunDocument extends Figures {
  readonly file: string;
  readonly repetition: number;
  /** null when the run could not begin; `error` says why. */
  readonly id: string | null;
  readonly policies: string | null;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly journalFile: string | null;
  readonly stop?: Journal['pado']['stop'];
  readonly dry?: true;
  readonly error?: unknown;
}

export interface RunsDocument {
  readonly runs: readonly RunDocument[];
  readonly summary: Summary & { readonly exitCode: number };
}

interface Presentation {
  /** Exit as `chaos run` does. */
  readonly chaosToolkit: boolean;
  readonly width: number;
}

/** The answer of `pado run`: each run's verdict and journal, and of several a table. */
export function outcomeOf(runs: readonly Run[], { chaosToolkit, width }: Presentation): Outcome & { table: string } {
  const summary = summaryOf(runs);
  // A dry run that went through proves nothing, and is done.
  const isDry =
    runs.length > 0 && runs.every(({ verdict, journal }) => verdict === 'inconclusive' && journal?.pado.dry);
  const own = isDry ? 0 : exitCodes[summary.verdict];
  const exitCode = chaosToolkit ? Math.max(0, ...runs.map(chaosExitCode)) : own;
  const document: RunsDocument = { runs: runs.map(documentOf), summary: { ...summary, exitCode } };
  const lines = runs.map(({ verdict, reason, journalFile }) =>
    [
      `${verdict}: ${span(reason).text}`,
      ...(journalFile === undefined ? [] : [journalFile, pageBeside(journalFile)]),
    ].join('\n'),
  );
  const table = runs.length > 1 ? matrix(runs, summary, width) : '';
  return { exitCode, json: document, text: [lines.join('\n'), table].filter(Boolean).join('\n\n'), table };
}

/** Made by whoever runs experiments. */
const pageBeside = (journalFile: string): string => join(dirname(journalFile), 'report.html');

function documentOf(run: Run): RunDocument {
  const { file, repetition, verdict, reason, journal, journalFile = null, error } = run;
  const { id = null, policies = null, stop, dry } = journal?.pado ?? {};
  return {
    ...{ file, repetition, id, policies, verdict, reason, journalFile },
    ...figuresOf(run),
    ...(stop === undefined ? {} : { stop }),
    ...(dry === undefined ? {} : { dry }),
    ...(error === undefined ? {} : (describeError(error, false).json as { error: unknown })),
  };
}

/**
 * What `chaos run` (1.19) would exit with: 1 for an experiment that deviated or did not complete. To it a steady state
 * that is missed *before* the method, a fault that was never applied and a failed action are no reasons: 0.
 */
export function chaosExitCode({ verdict, journal }: Pick<Run, 'verdict' | 'journal'>): number {
  if (journal === undefined || journal.status === 'interrupted') return 1;
  switch (verdict) {
    case 'held':
    case 'inconclusive':
      return 0;
    case 'deviated':
    case 'aborted':
      return 1;
    case 'error': {
      const isFailed = (record: unknown) => (record as { readonly status?: unknown } | null)?.status === 'failed';
      const missed = journal.pado.probes.some(({ window, met }) => window !== 'before' && met === false);
      return journal.run.some(isFailed) && !missed ? 0 : 1;
    }
  }
}
