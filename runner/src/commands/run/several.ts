import { basename } from 'node:path';
import { isPadoError } from '@pado/fault';
import { exitCodeOf } from '../../cli/errors.ts';
import { exitCodes, type Journal, type Verdict } from '../../contracts.ts';
import type { RunResult } from '../../experiment/run.ts';

/** One run of one file; without a journal when it could not even begin. */
export interface Run {
  readonly file: string;
  /** Counted from 1. */
  readonly repetition: number;
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly reason: string;
  readonly journal?: Journal;
  readonly journalFile?: string;
  readonly error?: unknown;
}

interface Series {
  readonly files: readonly string[];
  readonly repeat: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  readonly run: (file: string) => Promise<RunResult>;
}

/**
 * Runs files one after the other, each `repeat` times. One that fails does not keep the next from running; when the
 * user stops, what has been run is the answer.
 */
export async function runAll({ files, repeat, signal, progress, run }: Series): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const planned = files.length * repeat;
  for (const file of files) {
    for (let repetition = 1; repetition <= repeat; repetition++) {
      if (signal.aborted) return runs;
      const again = repeat === 1 ? '' : ` (${repetition} of ${repeat})`;
      if (planned > 1) progress(`run ${runs.length + 1} of ${planned}: ${file}${again}`);
      runs.push({ file, repetition, ...(await attempt(run(file))) });
    }
  }
  return runs;
}

type Attempt = Omit<Run, 'file' | 'repetition'>;

async function attempt(running: Promise<RunResult>): Promise<Attempt> {
  try {
    const { journal, journalFile } = await running;
    const { verdict, reason } = journal.pado;
    return { verdict, reason, journal, journalFile };
  } catch (error) {
    const verdict = exitCodeOf(error) === exitCodes.inconclusive ? 'inconclusive' : 'error';
    const reason = error instanceof Error ? error.message : String(error);
    const defect = isPadoError(error) || !(error instanceof Error) || error.name === 'Interrupted';
    return { verdict, reason: defect ? reason : `a defect in Pado: ${reason}`, error };
  }
}

/** What a run is called in tables: its file without folder and ending, and which repetition of how many it is. */
export const labelOf = ({ file, repetition }: Run, repeat: number): string =>
  `${basename(file).replace(/\.(ya?ml|json)$/, '')}${repeat === 1 ? '' : ` #${repetition}`}`;
