/** What was measured, by the name of what it was measured of, in the order of the rounds. */
export class Samples<T> {
  readonly #values = new Map<string, T[]>();

  add(name: string, value: T): void {
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  of(name: string): readonly T[] {
    return this.#values.get(name) ?? [];
  }

  toJSON(): Readonly<Record<string, readonly T[]>> {
    return Object.fromEntries(this.#values);
  }
}
