/** The interval of CoDel in 'Fail at Scale' (https://queue.acm.org/detail.cfm?id=2839461), in milliseconds. */
export const codelIntervalMs = 100;

/**
 * Tells a standing queue from a burst, as CoDel does: a burst's queue is short at some moment of the interval, a standing
 * one's never is. So what counts is the least delay of an interval.
 */
export class QueueDelay {
  #endsAt: number;
  #least = Number.POSITIVE_INFINITY;
  #ofLastInterval = 0;

  constructor(now: number) {
    this.#endsAt = now + codelIntervalMs;
  }

  /** A request begins: how long the oldest one that waits has waited, 0 when none does. */
  observe(delayMs: number): void {
    if (delayMs < this.#least) this.#least = delayMs;
  }

  /** The least delay of the last whole interval. Ask `roll` first. */
  get leastMs(): number {
    return this.#ofLastInterval;
  }

  /** Closes the interval when it is over; `delayMs` is the delay of now. Returns how many intervals have ended. */
  roll(now: number, delayMs: number): number {
    if (now < this.#endsAt) return 0;
    const intervals = 1 + Math.floor((now - this.#endsAt) / codelIntervalMs);
    // Nothing began: then the oldest one's wait is all that is known, and nobody's means that nothing waits.
    this.#ofLastInterval = Math.min(
      this.#least,
      intervals > 1 || this.#least === Number.POSITIVE_INFINITY ? delayMs : this.#least,
    );
    this.#least = Number.POSITIVE_INFINITY;
    this.#endsAt = now + codelIntervalMs;
    return intervals;
  }
}
