import { writeSync } from 'node:fs';

/** What went wrong inside the injector since the process started, by kind; the host never sees any of it. */
export const mishaps = { dropped: 0, swallowed: 0 };

let debug = false;
export const setDebug = (on: boolean): void => {
  debug = on;
};

/** For developers only: with PADO_DEBUG set, one line to stderr; else nothing is ever written. */
export function trace(what: string, cause?: unknown): void {
  if (!debug) return;
  try {
    writeSync(2, `pado: ${what}${cause === undefined ? '' : `: ${cause instanceof Error ? cause.stack : cause}`}\n`);
  } catch {
    // A closed stderr is the host's own business.
  }
}

/** Runs our own code on behalf of the host: whatever it throws stays here. */
export function safely<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (cause) {
    mishaps.swallowed += 1;
    trace('swallowed', cause);
    return undefined;
  }
}

/** A callback of ours that the platform calls: it never throws. */
export const guarded =
  <Args extends unknown[]>(run: (...args: Args) => void): ((...args: Args) => void) =>
  (...args) => {
    safely(() => run(...args));
  };
