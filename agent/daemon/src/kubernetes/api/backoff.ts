/** Waits that double from one failure to the next, with jitter: of many agents no two come back together. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #ceilingMs: number;

  constructor(minMs: number, maxMs: number, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#random = random;
    this.#ceilingMs = minMs;
  }

  /** How long to wait now: between half of the ceiling and all of it, which then doubles. */
  nextMs(): number {
    const ms = this.#ceilingMs * (0.5 + this.#random() / 2);
    this.#ceilingMs = Math.min(this.#maxMs, this.#ceilingMs * 2);
    return ms;
  }

  reset(): void {
    this.#ceilingMs = this.#minMs;
  }
}
