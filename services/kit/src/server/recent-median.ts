/** What is older says nothing any more. Short, so that a slow spell in which all is refused is soon tried again. */
const windowMs = 1_000;
/** Fewer samples make no median. */
const leastSamples = 10;
const mostSamples = 128;

/** The median of the durations of the last second or two; 0 while too few are known. */
export class RecentMedian {
  #startedAt = 0;
  #current: number[] = [];
  #medianMs = 0;

  observe(durationMs: number, now: number): void {
    this.#roll(now);
    if (this.#current.length < mostSamples) this.#current.push(durationMs);
  }

  valueMs(now: number): number {
    this.#roll(now);
    return this.#medianMs;
  }

  #roll(now: number): void {
    if (now - this.#startedAt < windowMs) return;
    const sorted = this.#current.sort((a, b) => a - b);
    const fresh = now - this.#startedAt < 2 * windowMs && sorted.length >= leastSamples;
    this.#medianMs = fresh ? sorted[Math.floor(sorted.length / 2)]! : 0;
    this.#current = [];
    this.#startedAt = now;
  }
}
