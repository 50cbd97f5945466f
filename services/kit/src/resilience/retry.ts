import { setTimeout as sleepUntilAborted } from 'node:timers/promises';
import { PeerError } from '../http/peer-error.ts';
import { type Backoff, pauseMs } from './backoff.ts';
import { classifyError, isRepeatable } from './classify.ts';
import type { RetryBudget, RetryBudgetLimits } from './retry-budget.ts';

export interface RetryOptions extends Backoff {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Limits of the budget that is given as a tool; without them there is no budget. */
  readonly budget?: RetryBudgetLimits | undefined;
  /** Whether a failure marked "do not retry" is final; by default false. */
  readonly heedMarker?: boolean | undefined;
}

export type RetryRefusal = 'budget' | 'marker';

export interface RetryTools {
  /** Ends the retries, a pause included. */
  readonly signal?: AbortSignal | undefined;
  /** Shared by all calls to the same peer. */
  readonly budget?: RetryBudget | undefined;
  /** Called before each attempt beyond the first. */
  readonly onRetry?: (() => void) | undefined;
  /** Called when a retry would have been made but for the budget or the marker. */
  readonly onRefused?: ((reason: RetryRefusal) => void) | undefined;
  /** By default a failure of the peer, or any other error that is not an abort. */
  readonly isRepeatable?: ((error: unknown) => boolean) | undefined;
  /** By default a {@link PeerError} whose `final` is true. */
  readonly isMarked?: ((error: unknown) => boolean) | undefined;
  /** 0 to 1; by default Math.random. */
  readonly random?: (() => number) | undefined;
  /** By default a timer. */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<unknown>) | undefined;
}

/** Repeats `attempt` while it fails, the call has time, and neither budget nor marker forbid it. */
export async function withRetry<T>(options: RetryOptions, tools: RetryTools, attempt: () => Promise<T>): Promise<T> {
  const { signal, random = Math.random, sleep = sleepFor } = tools;
  const budget = options.budget && tools.budget && { limits: options.budget, bucket: tools.budget };
  for (let number = 1; ; number++) {
    try {
      const answer = await attempt();
      budget?.bucket.earn(budget.limits);
      return answer;
    } catch (error) {
      // A 4xx is an answer: the peer is well.
      if (classifyError(error) === 'success') budget?.bucket.earn(budget.limits);
      if (signal?.aborted || !(tools.isRepeatable ?? isRepeatable)(error)) throw number > 1 ? repeated(error) : error;
      const refusal = number < options.maxAttempts ? refusalOf(error) : undefined;
      if (number >= options.maxAttempts || refusal !== undefined) {
        if (refusal !== undefined) tools.onRefused?.(refusal);
        // One attempt was no retry: a layer above is free to make one.
        throw options.maxAttempts > 1 ? repeated(error) : error;
      }
    }
    const ms = pauseMs(options, number, random);
    if (ms > 0) {
      await sleep(ms, signal).catch((error: unknown) => {
        budget?.bucket.refund(budget.limits);
        throw signal?.aborted ? repeated(signal.reason) : error;
      });
    }
    tools.onRetry?.();
  }

  function refusalOf(error: unknown): RetryRefusal | undefined {
    if (options.heedMarker && (tools.isMarked ?? isFinal)(error)) return 'marker';
    return budget === undefined || budget.bucket.spend(budget.limits) ? undefined : 'budget';
  }
}

/** What was repeated here, or was about to be when time was up, is not to be repeated by the layer above. */
function repeated(error: unknown): unknown {
  if (error instanceof PeerError && error.reason !== 'cancelled') error.final = true;
  return error;
}

const isFinal = (error: unknown): boolean => error instanceof PeerError && error.final;

const sleepFor = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  sleepUntilAborted(ms, undefined, signal === undefined ? {} : { signal });
