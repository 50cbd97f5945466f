import { setTimeout as sleep } from 'node:timers/promises';

export interface VirtualDatabaseOptions {
  /** Queries at a time; 0: without limit. */
  readonly slots: number;
  /** Milliseconds that each query holds its slot at least. */
  readonly timeMs: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/**
 * A database of known capacity in front of the real one, so that an experiment does not depend on the machine. Queries
 * wait first come, first served, and without limit; one that nobody waits for any more is executed all the same, since a
 * real database does not hear of it either.
 */
export class VirtualDatabase {
  readonly #options: VirtualDatabaseOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: VirtualDatabaseOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async query<T>(work: () => Promise<T>): Promise<T> {
    const { slots, timeMs, sleep: pause = sleep } = this.#options;
    if (slots === 0 && timeMs === 0) return work();
    if (slots > 0 && this.#running >= slots) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      // At the same time, so that the capacity is slots / timeMs, however fast the real database is.
      // A query that fails holds it no shorter.
      const [result] = await Promise.allSettled([work(), pause(timeMs)]);
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    } finally {
      const next = this.#waiting.shift();
      // The slot goes from hand to hand: no newcomer can come between.
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
