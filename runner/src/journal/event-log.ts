import { closeSync, openSync, writeSync } from 'node:fs';
import type { Listener, RunEvent } from '../contracts.ts';

export interface EventLog {
  readonly append: Listener;
  readonly close: () => void;
}

/** Appends each event as a line, at once: after a crash of the runner the file tells how far the run came. */
export function openEventLog(file: string, now: () => number = Date.now): EventLog {
  const descriptor = openSync(file, 'a');
  return {
    append: (event) => {
      writeSync(descriptor, eventLine(event, now()));
    },
    close: () => closeSync(descriptor),
  };
}

/** An event as a line of JSON, with its end. */
export const eventLine = (event: RunEvent, atMs: number): string => `${JSON.stringify({ atMs, ...brief(event) })}\n`;

/** The journal has a file of its own. */
function brief(event: RunEvent): object {
  if (event.type !== 'finished') return event;
  const { verdict, reason } = event.journal.pado;
  return { type: event.type, verdict, reason, journalFile: event.journalFile };
}
