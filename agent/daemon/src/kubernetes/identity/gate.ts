import type { Clock } from '../../clock.ts';
import { RetryLater } from './problems.ts';

export interface GateOptions {
  /** Run at the same time. */
  readonly atOnce: number;
  /** Wait for their turn; more are refused. */
  readonly queue: number;
  /** Started without a pause; this many are given back each second. */
  readonly burst: number;
  readonly perSecond: number;
  readonly clock: Clock;
}

/** Lets tasks through in their order: few at once, and in the long run only so many a second. */
export class Gate {
  readonly #options: GateOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #allowed: number;
  #countedAtMs: number;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#allowed = options.burst;
    this.#countedAtMs = options.clock.now();
  }

  /** @throws RetryLater instead of running the task */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const { atOnce, queue } = this.#options;
    if (this.#waiting.length >= queue || !this.#take()) throw new RetryLater('too many tokens are being checked');
    if (this.#running < atOnce) this.#running += 1;
    // Who leaves hands its place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #take(): boolean {
    const { clock, burst, perSecond } = this.#options;
    const nowMs = clock.now();
    this.#allowed = Math.min(burst, this.#allowed + ((nowMs - this.#countedAtMs) * perSecond) / 1_000);
    this.#countedAtMs = nowMs;
    if (this.#allowed < 1) return false;
    this.#allowed -= 1;
    return true;
  }
}
