import { performance } from 'node:perf_hooks';

/** Time as the server's policies see it, so that tests can make it pass. */
export interface Clock {
  /** Milliseconds from any fixed point; never goes back. */
  now(): number;
  /** Runs `work` once after `ms`; what it returns prevents that. */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
