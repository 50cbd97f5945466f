/** A window moves on in steps of a tenth. */
const buckets = 10;

/** Counts over the last `windowMs`, in ten buckets: what is older than the window falls out a tenth at a time. */
export class CountWindow<Name extends string> {
  readonly #names: readonly Name[];
  readonly #clock: () => number;
  #windowMs = 0;
  #buckets: { readonly step: number; readonly counts: Record<Name, number> }[] = [];

  constructor(names: readonly Name[], clock: () => number) {
    this.#names = names;
    this.#clock = clock;
  }

  /** The counts of the present step; to be changed in place, also later, when the outcome is known. */
  present(windowMs: number): Record<Name, number> {
    const step = this.#drop(windowMs);
    const last = this.#buckets.at(-1);
    if (last?.step === step) return last.counts;
    const counts = this.#zeros();
    this.#buckets.push({ step, counts });
    return counts;
  }

  sums(windowMs: number): Readonly<Record<Name, number>> {
    this.#drop(windowMs);
    const sums = this.#zeros();
    for (const { counts } of this.#buckets) for (const name of this.#names) sums[name] += counts[name];
    return sums;
  }

  clear(): void {
    this.#buckets = [];
  }

  /** Drops what is too old, and everything when the window has another length; the number of the present step. */
  #drop(windowMs: number): number {
    if (windowMs !== this.#windowMs) this.clear();
    this.#windowMs = windowMs;
    const step = Math.floor((this.#clock() * buckets) / windowMs);
    while ((this.#buckets[0]?.step ?? step) <= step - buckets) this.#buckets.shift();
    return step;
  }

  #zeros = () => Object.fromEntries(this.#names.map((name) => [name, 0])) as Record<Name, number>;
}
