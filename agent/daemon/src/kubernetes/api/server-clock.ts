import type { Clock } from '../../clock.ts';

/** Two clocks may drift apart by this share; what an old answer says is widened accordingly. */
const driftShare = 1e-4;
const bucketMs = 60_000;

/** Server time minus our monotonic time is at least `lowerMs` and less than `upperMs`, as seen at `atMs`. */
interface Bounds {
  readonly atMs: number;
  readonly lowerMs: number;
  readonly upperMs: number;
}

const lowerAt = ({ atMs, lowerMs }: Bounds, nowMs: number): number => lowerMs - (nowMs - atMs) * driftShare;
const upperAt = ({ atMs, upperMs }: Bounds, nowMs: number): number => upperMs + (nowMs - atMs) * driftShare;

/**
 * The API server's clock by the Date headers of its answers. Such a date has whole seconds: an answer dated d was written
 * in [d, d + 1 s), after its request was sent and before it arrived. Each answer so bounds the offset between the server's
 * clock and ours; the best bounds of the last ten minutes hold. An answer that contradicts them means that the server's
 * clock was set: what came before is forgotten.
 */
export class ServerClock {
  readonly #clock: Clock;
  readonly #windowMs: number;
  /** The best lower and the best upper bound of each minute. */
  #minutes: { readonly minute: number; lower: Bounds; upper: Bounds }[] = [];

  constructor(clock: Clock, windowMs = 600_000) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  /** Takes in an answer: its date in Unix ms, and when its request was sent and it arrived by the monotonic clock. */
  observe(dateMs: number, sentAtMs: number, receivedAtMs: number): void {
    if (!Number.isFinite(dateMs)) return;
    const seen: Bounds = { atMs: receivedAtMs, lowerMs: dateMs - receivedAtMs, upperMs: dateMs + 1_000 - sentAtMs };
    const known = this.offset(receivedAtMs);
    if (known !== undefined && (seen.lowerMs >= known.upperMs || seen.upperMs <= known.lowerMs)) this.#minutes = [];
    const minute = Math.floor(receivedAtMs / bucketMs);
    const last = this.#minutes.at(-1);
    if (last?.minute !== minute) {
      this.#minutes.push({ minute, lower: seen, upper: seen });
      return;
    }
    if (seen.lowerMs > lowerAt(last.lower, receivedAtMs)) last.lower = seen;
    if (seen.upperMs < upperAt(last.upper, receivedAtMs)) last.upper = seen;
  }

  /** What is known of server time minus monotonic time, in ms. */
  offset(nowMs = this.#clock.now()): { readonly lowerMs: number; readonly upperMs: number } | undefined {
    // The last answer is kept however old it is: a clock that drifts is better than none.
    while (this.#minutes.length > 1 && this.#minutes[0]!.minute * bucketMs < nowMs - this.#windowMs)
      this.#minutes.shift();
    if (this.#minutes.length === 0) return undefined;
    return {
      lowerMs: Math.max(...this.#minutes.map(({ lower }) => lowerAt(lower, nowMs))),
      upperMs: Math.min(...this.#minutes.map(({ upper }) => upperAt(upper, nowMs))),
    };
  }

  /** Unix ms, never ahead of the server; undefined before the first answer. */
  now(): number | undefined {
    const nowMs = this.#clock.now();
    const offset = this.offset(nowMs);
    return offset && nowMs + offset.lowerMs;
  }
}
