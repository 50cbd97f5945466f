import type { AdaptiveLimitPolicy } from '../resilience/server-policy.ts';

/** Samples are averaged over at least this long and this many, as by `WindowedLimit` there (1 s and 10). */
const windowMs = 100;
const windowSamples = 10;
/** Samples of which the long average is the plain mean in the beginning. */
const warmUp = 10;

/**
 * Netflix's Gradient2: the limit follows the ratio of a long average of latency to the latency of now
 * (https://github.com/Netflix/concurrency-limits, Gradient2Limit.java). A gradient below 1 means that requests queue.
 */
export class AdaptiveLimit {
  readonly #policy: AdaptiveLimitPolicy;
  #estimate: number;
  #longMs = 0;
  #longCount = 0;
  #windowEndsAt = 0;
  #sum = 0;
  #count = 0;
  #mostInFlight = 0;

  constructor(policy: AdaptiveLimitPolicy) {
    this.#policy = policy;
    this.#estimate = policy.initial;
  }

  /** Requests at a time. */
  get limit(): number {
    return Math.floor(this.#estimate);
  }

  /** A request was answered after `latencyMs`, at a time when `inFlight` were there. Returns whether the limit was computed anew. */
  observe(latencyMs: number, inFlight: number, now: number): boolean {
    if (this.#count === 0) this.#windowEndsAt = now + windowMs;
    this.#sum += latencyMs;
    this.#count++;
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight);
    if (now < this.#windowEndsAt || this.#count < windowSamples) return false;
    this.#update(Math.max(this.#sum / this.#count, 0.1), this.#mostInFlight);
    this.#sum = 0;
    this.#count = 0;
    this.#mostInFlight = 0;
    return true;
  }

  #update(shortMs: number, inFlight: number): void {
    const { min, max, smoothing, tolerance, queueSize } = this.#policy;
    this.#lengthen(shortMs);
    // After a long overload the long average is too high; without this it would let the next queue grow.
    if (this.#longMs / shortMs > 2) this.#longMs *= 0.95;
    // So few requests say nothing about the limit.
    if (inFlight < this.#estimate / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (tolerance * this.#longMs) / shortMs));
    const wanted = this.#estimate * gradient + queueSize;
    this.#estimate = Math.max(min, Math.min(max, this.#estimate * (1 - smoothing) + wanted * smoothing));
  }

  #lengthen(sampleMs: number): void {
    if (this.#longCount < warmUp) {
      this.#longMs = (this.#longMs * this.#longCount + sampleMs) / (this.#longCount + 1);
      this.#longCount++;
    } else {
      const factor = 2 / (this.#policy.longWindow + 1);
      this.#longMs = this.#longMs * (1 - factor) + sampleMs * factor;
    }
  }
}
