import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the guards see it; tests bring their own. */
export interface Clock {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
