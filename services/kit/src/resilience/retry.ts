import { setTimeout as sleep } from 'node:timers/promises';
import { PeerError } from '../http/peer-error.ts';

export interface RetryOptions {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Fixed pause between attempts in milliseconds; 0 repeats at once, which is what makes it naive. */
  readonly backoffMs?: number | undefined;
}

/** Repeats `attempt` while it fails and the call has time; an answer below 500 and an expired deadline are final. */
export async function withRetry<T>(
  options: RetryOptions,
  signal: AbortSignal,
  onRetry: () => void,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      const repeatable =
        error instanceof PeerError && error.isFailure && error.reason !== 'deadline' && error.reason !== 'bulkhead';
      if (!repeatable || number >= options.maxAttempts || signal.aborted) throw error;
    }
    if (options.backoffMs) {
      await sleep(options.backoffMs, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    }
    onRetry();
  }
}
