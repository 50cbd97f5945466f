import { performance } from 'node:perf_hooks';

/** Milliseconds on a clock that never jumps; passed in, so that tests own the time. */
export interface Clock {
  readonly now: () => number;
}

export const monotonicClock: Clock = { now: () => performance.now() };
