import { PadoError } from '@pado/fault';
import type { Listener } from '../contracts.ts';
import { type EventLog, eventLine, openEventLog } from '../journal/event-log.ts';
import type { Notifier } from './notifier.ts';

export interface EventFileOptions {
  /** Lines are appended; `-` is stdout. */
  readonly file: string;
  /** Whether stdout is to hold one JSON document and nothing else. */
  readonly json?: boolean | undefined;
  /** Hears once that the file cannot be written any more. */
  readonly tell: Listener;
  readonly now?: () => number;
}

/**
 * Writes each event as a line of JSON as it happens: `pado run --events FILE`. A disk that is full costs the rest of the
 * file, not the run.
 * @throws PadoError ERR_PADO_USAGE when the file cannot be opened, or is stdout that something else needs.
 */
export function eventFile({ file, json = false, tell, now = Date.now }: EventFileOptions): Notifier {
  const log = file === '-' ? stdout(json, now) : open(file, now);
  let isOver = false;
  let isClosed = false;
  return {
    listener: (event) => {
      if (isOver) return;
      try {
        log.append(event);
      } catch (error) {
        // A line may be half written: what came after it could not be read.
        isOver = true;
        const text = `no more events in ${file}: ${(error as Error).message}`;
        tell({ type: 'note', level: 'warning', text });
      }
    },
    close: async () => {
      isOver = true;
      if (!isClosed) log.close();
      isClosed = true;
    },
  };
}

function open(file: string, now: () => number): EventLog {
  try {
    return openEventLog(file, now);
  } catch (cause) {
    const message = `--events ${file}: ${(cause as Error).message}; name a file that can be written`;
    throw new PadoError('ERR_PADO_USAGE', message, { cause });
  }
}

function stdout(json: boolean, now: () => number): EventLog {
  if (json) throw new PadoError('ERR_PADO_USAGE', '--events - and --json both need stdout: name a file for the events');
  return { append: (event) => void process.stdout.write(eventLine(event, now())), close: () => {} };
}
