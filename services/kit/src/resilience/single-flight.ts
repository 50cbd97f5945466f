/**
 * One run for all who ask for the same key while it goes on. The run belongs to all of them: it goes on to its end when one
 * of them stops waiting. A failure goes to all who wait, and the next one who asks starts anew.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** Keys that are in flight. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#flights.get(key);
    if (known !== undefined) return known;
    const flight = (async () => work())().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
