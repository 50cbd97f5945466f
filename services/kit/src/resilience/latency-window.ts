import { performance } from 'node:perf_hooks';

/** Short, so that what decides by it forgets a bad time soon: a skipped attempt measures nothing. */
const maxAgeMs = 5_000;
const maxSamples = 500;
/** Fewer say nothing about a p95. */
const minSamples = 20;
/** Sorting at every call would cost more than it tells. */
const refreshMs = 100;

/** Latencies of the last 5 s, at most the 500 latest, for decisions that follow what is usual at present. */
export class LatencyWindow {
  readonly #clock: () => number;
  #samples: { readonly at: number; readonly ms: number }[] = [];
  #sorted: readonly number[] = [];
  #sortedAt = -Infinity;

  constructor({ clock = () => performance.now() }: { readonly clock?: (() => number) | undefined } = {}) {
    this.#clock = clock;
  }

  record(ms: number): void {
    this.#samples.push({ at: this.#clock(), ms });
    if (this.#samples.length > 2 * maxSamples) this.#samples = this.#samples.slice(-maxSamples);
  }

  /** The nearest-rank percentile in milliseconds; undefined while there are fewer than 20 recent samples. */
  percentile(percent: number): number | undefined {
    const now = this.#clock();
    // With too few so far, each further one may be the one that suffices.
    if (now - this.#sortedAt >= refreshMs || this.#sorted.length < minSamples) {
      this.#samples = this.#samples.slice(-maxSamples).filter(({ at }) => now - at <= maxAgeMs);
      this.#sorted = this.#samples.map(({ ms }) => ms).sort((a, b) => a - b);
      this.#sortedAt = now;
    }
    if (this.#sorted.length < minSamples) return undefined;
    return this.#sorted[Math.max(0, Math.ceil((percent / 100) * this.#sorted.length) - 1)];
  }
}
