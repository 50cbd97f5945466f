const firstMs = 100;
const mostMs = 2_000;

/** An armed fault outlives 5 s of silence: until then an agent that is back is found soon enough. */
const soonMs = 400;
const soonTries = 25;

/**
 * Waits of 100 ms, doubling to 400 ms and after 25 tries to 2 s, each between half and the whole, so that many processes
 * do not come at once.
 */
export class Backoff {
  #nextMs = firstMs;
  #tries = 0;

  next(random: () => number = Math.random): number {
    const ms = this.#nextMs * (0.5 + random() / 2);
    this.#tries += 1;
    this.#nextMs = Math.min(this.#tries < soonTries ? soonMs : mostMs, this.#nextMs * 2);
    return ms;
  }

  reset(): void {
    this.#nextMs = firstMs;
    this.#tries = 0;
  }
}
