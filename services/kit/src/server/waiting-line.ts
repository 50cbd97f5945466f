/** Somebody who waits; the line keeps its neighbours here. */
export interface Waiter {
  /** Where 0 is the highest. */
  readonly priority: number;
  older?: Waiter | undefined;
  newer?: Waiter | undefined;
}

/** A line without limit may be long when a policy comes into force; looking through all of it each time would stop the loop. */
const mostLookedAt = 256;

/** Requests that wait, in the order in which they came; taking one out costs the same however many wait. */
export class WaitingLine<T extends Waiter> {
  #oldest: T | undefined;
  #newest: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }
  get oldest(): T | undefined {
    return this.#oldest;
  }
  get newest(): T | undefined {
    return this.#newest;
  }

  push(waiter: T): void {
    waiter.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = waiter;
    else this.#newest.newer = waiter;
    this.#newest = waiter;
    this.#size++;
  }

  /** Takes out one that is in the line. */
  remove(waiter: T): void {
    if (waiter.older === undefined) this.#oldest = waiter.newer as T | undefined;
    else waiter.older.newer = waiter.newer;
    if (waiter.newer === undefined) this.#newest = waiter.older as T | undefined;
    else waiter.newer.older = waiter.older;
    waiter.older = undefined;
    waiter.newer = undefined;
    this.#size--;
  }

  /** The most important of those at one end of the line, and of equals the one nearest to that end. */
  mostImportant(from: 'oldest' | 'newest'): T | undefined {
    let waiter = from === 'oldest' ? this.#oldest : this.#newest;
    let found = waiter;
    for (let seen = 1; waiter !== undefined && seen <= mostLookedAt && found?.priority !== 0; seen++) {
      if (found === undefined || waiter.priority < found.priority) found = waiter;
      waiter = (from === 'oldest' ? waiter.newer : waiter.older) as T | undefined;
    }
    return found;
  }

  /** The newest of those with the lowest priority, if that is lower than `priority`. */
  leastImportant(priority: number): T | undefined {
    let found: T | undefined;
    for (let waiter = this.#newest; waiter !== undefined; waiter = waiter.older as T | undefined)
      if (waiter.priority > (found?.priority ?? priority)) found = waiter;
    return found;
  }
}
