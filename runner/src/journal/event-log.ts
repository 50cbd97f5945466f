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
      writeSync(descriptor, `${JSON.stringify({ atMs: now(), ...brief(event) })}\n`);
    },
    close: () => closeSync(descriptor),
  };
}

/** The journal has a file of its own. */
function brief(event: RunEvent): object {
  if (event.type !== 'finished') return event;
  const { verdict, reason } = event.journal.pado;
  return { type: event.type, verdict, reason, journalFile: event.journalFile };
}
