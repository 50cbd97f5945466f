const firstMs = 100;
const mostMs = 2_000;

/** Waits of 100 ms, doubling to 2 s, each between half and the whole, so that many processes do not come at once. */
export class Backoff {
  #nextMs = firstMs;

  next(random: () => number = Math.random): number {
    const ms = this.#nextMs * (0.5 + random() / 2);
    this.#nextMs = Math.min(mostMs, this.#nextMs * 2);
    return ms;
  }

  reset(): void {
    this.#nextMs = firstMs;
  }
}
