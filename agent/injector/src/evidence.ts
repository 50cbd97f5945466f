import type { Dose, EffectEvidence } from '@pado/fault';

type Unit = Dose['unit'];

const mebi = 2 ** 20;
/** Upper bounds of delivered − requested; time is never early, so its bounds begin at 0. */
const bounds: Readonly<Record<Unit, readonly number[]>> = {
  ms: [0, 0.25, 0.5, 1, 1.5, 2, 5, 10, 25, 50, 100, 1_000],
  percent: [-10, -5, -2, -1, -0.25, 0.25, 1, 2, 5, 10],
  bytes: [-64, -16, -4, -1, 1, 4, 16, 64].map((size) => size * mebi),
};

/** Counts what one effect does in this process; totals, they survive a suspension. */
export class Evidence {
  matched = 0;
  applied = 0;
  cut = 0;
  readonly #index: number;
  readonly #kind: string;
  readonly #unit: Unit | undefined;
  readonly #buckets: number[];
  #samples = 0;
  #requestedSum = 0;
  #deliveredSum = 0;
  #deliveredMin = Number.POSITIVE_INFINITY;
  #deliveredMax = Number.NEGATIVE_INFINITY;

  constructor(index: number, kind: string, unit?: Unit) {
    this.#index = index;
    this.#kind = kind;
    this.#unit = unit;
    this.#buckets = unit === undefined ? [] : bounds[unit].map(() => 0);
  }

  sample(requested: number, delivered: number): void {
    if (this.#unit === undefined) return;
    this.#samples += 1;
    this.#requestedSum += requested;
    this.#deliveredSum += delivered;
    this.#deliveredMin = Math.min(this.#deliveredMin, delivered);
    this.#deliveredMax = Math.max(this.#deliveredMax, delivered);
    const limits = bounds[this.#unit];
    const error = delivered - requested;
    for (let i = limits.length - 1; i >= 0 && error <= limits[i]!; i -= 1) this.#buckets[i]! += 1;
  }

  snapshot(): EffectEvidence {
    const counts = {
      index: this.#index,
      kind: this.#kind,
      matched: this.matched,
      applied: this.applied,
      cut: this.cut,
    };
    if (this.#unit === undefined || this.#samples === 0) return counts;
    const dose: Dose = {
      unit: this.#unit,
      samples: this.#samples,
      requestedSum: this.#requestedSum,
      deliveredSum: this.#deliveredSum,
      deliveredMin: this.#deliveredMin,
      deliveredMax: this.#deliveredMax,
      errorBuckets: bounds[this.#unit].map((bound, i) => [bound, this.#buckets[i]!] as const),
    };
    return { ...counts, dose };
  }
}
