import { renameSync, writeFileSync } from 'node:fs';
import { PadoError } from '@pado/fault';
import type { Journal, Verdict } from '../contracts.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { toJournal } from './journal.ts';
import type { Recording } from './recording.ts';

interface Frame {
  readonly experiment: Experiment;
  readonly recording: Recording;
  readonly id: string;
  readonly policies: string;
  readonly dry: boolean;
}

interface End {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly status: Journal['status'];
  readonly endedAt: Date;
}

export interface JournalWriter {
  readonly file: string;
  /** Writes what is known so far. A disk that is full then is told by `finish`. */
  readonly write: () => void;
  /** Writes the whole. @throws PadoError ERR_PADO_INTERNAL when it cannot be written; what was there before stays. */
  readonly finish: (end: End) => Journal;
}

/**
 * Writes the journal as the run goes, at each phase, and each time as a whole file put in the old one's place: a runner
 * that is killed leaves the last phase's, readable, whose verdict says that the run did not come to its end.
 */
export function journalWriter(file: string, frame: Frame): JournalWriter {
  const { experiment, recording, id, policies, dry } = frame;
  let isFinished = false;
  const put = (end: End): Journal => {
    const journal = toJournal(experiment, recording, end, {
      id,
      policies,
      dry,
      status: end.status,
      endedAt: end.endedAt,
    });
    writeFileSync(`${file}.part`, `${JSON.stringify(journal, null, 1)}\n`);
    renameSync(`${file}.part`, file);
    return journal;
  };
  return {
    file,
    write: () => {
      if (isFinished) return;
      try {
        const reason = 'the run did not come to its end: this is what was known then';
        put({ verdict: 'error', reason, status: 'failed', endedAt: new Date() });
      } catch {
        // The run is worth more than its interim journal.
      }
    },
    finish: (end) => {
      isFinished = true;
      try {
        return put(end);
      } catch (cause) {
        const { verdict, reason } = end;
        const message = `the journal could not be written to ${file} (${(cause as Error).message}); the run itself came to its end: ${verdict}: ${reason}`;
        throw new PadoError('ERR_PADO_JOURNAL', message, { cause, details: { file, verdict } });
      }
    },
  };
}
