import type { Sample } from '../contracts.ts';

/** Below so many the 99th percentile is the tenth largest or less: a matter of chance. */
const leastForP99 = 1_000;

export interface Quantiles {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly tail: 'p99' | 'p95';
}

/**
 * From all requests, failures at the deadline D: a service that fails fast must not look quick. Nearest rank, so that
 * each is a duration that a user had.
 */
export function quantilesOf(samples: readonly Sample[], deadlineMs: number): Quantiles {
  const sorted = samples
    .map(({ outcome, durationMs }) => (outcome === 'bad' ? deadlineMs : Math.min(durationMs, deadlineMs)))
    .sort((one, other) => one - other);
  const at = (share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  const tail = sorted.length < leastForP99 ? 'p95' : 'p99';
  return { p50Ms: at(0.5), p99Ms: at(tail === 'p99' ? 0.99 : 0.95), tail };
}
