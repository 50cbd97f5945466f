import { performance } from 'node:perf_hooks';
import { currentContext } from '../context.ts';

/** Milliseconds the caller still waits; relative, since clocks differ. */
export const deadlineHeader = 'x-deadline-ms';

/** Milliseconds that the current request's caller still waits; undefined when it never said. */
export function remainingMs(): number | undefined {
  const at = currentContext()?.deadlineAt;
  return at === undefined ? undefined : Math.max(0, at - performance.now());
}

/** Reads the header, past deadlines as 0; anything but a whole number counts as absent. */
export function parseDeadline(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^-?\d{1,9}$/.test(header) ? Math.max(0, Number(header)) : undefined;
}
