import type { ShedPolicy } from '../resilience/server-policy.ts';
import { AdmittedShare, drawOf } from './admitted-share.ts';
import type { QueueDelay } from './queue-delay.ts';

export type ShedReason = 'queue-wait' | 'loop-busy';

/**
 * Refuses early what could not be answered in time. While a queue stands, it refuses whoever comes as long as the wait is too
 * long; by priority, a moving share of the most important ones comes in all the same. A busy event loop moves the share too:
 * there is no queue to look at, and refusing all would make it swing between busy and idle.
 */
export class Shedder {
  readonly #share = new AdmittedShare();
  readonly #loopUtilisation: () => number;
  #cause: ShedReason = 'queue-wait';
  /** The queue has stood, and no interval has passed since without a refusal. */
  #shedding = false;
  #refusedOne = false;

  /** `loopUtilisation` is asked only where the policy looks at it. */
  constructor(loopUtilisation: () => number) {
    this.#loopUtilisation = loopUtilisation;
  }

  /** Why this request is refused. `delayMs` is the wait of the oldest one of now, `ended` the intervals that are over. */
  refusal(
    policy: ShedPolicy,
    queue: { readonly delay: QueueDelay; readonly delayMs: number; readonly ended: number },
    request: { readonly priority: number; readonly traceId: string },
  ): ShedReason | undefined {
    const { queueWaitMs = Number.POSITIVE_INFINITY, loopUtilisation, byPriority = false } = policy;
    const busy = loopUtilisation !== undefined && this.#loopUtilisation() > loopUtilisation;
    if (queue.ended > 0) {
      const standing = queue.delay.leastMs > queueWaitMs;
      this.#shedding = standing || (this.#shedding && this.#refusedOne);
      this.#refusedOne = false;
      const overloaded = busy || (byPriority && standing);
      if (overloaded) this.#cause = busy ? 'loop-busy' : 'queue-wait';
      this.#share.adjust(overloaded, queue.ended);
    }
    const tooLong = this.#shedding && queue.delayMs > queueWaitMs;
    const { priority, traceId } = request;
    // Without priorities all are of one.
    const within = this.#share.admits(byPriority ? priority : 0, drawOf(traceId));
    const refused = (tooLong && !(byPriority && within)) || (this.#cause === 'loop-busy' && !within);
    if (!refused) return undefined;
    this.#refusedOne = true;
    return tooLong ? 'queue-wait' : this.#cause;
  }
}
