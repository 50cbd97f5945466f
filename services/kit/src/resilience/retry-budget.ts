export interface RetryBudgetLimits {
  /** Tokens that a success earns, 0 to 1; usually 0.1: retries are at most a tenth of the successes. */
  readonly perSuccess: number;
  /** Most tokens, usually 10; a retry costs 1. */
  readonly size: number;
}

/** Whole millionths: a tenth added ten times is one, which it is not as a binary fraction. */
const unit = 1_000_000;

/**
 * A token bucket that lets retries be a share of the successes only, so that they stop when a peer answers nobody (the
 * storm has no fuel). It starts full. The limits come with each use, so that they can change at any time.
 */
export class RetryBudget {
  readonly #onChange: (tokens: number) => void;
  #millionths = Infinity;

  constructor({ onChange = () => {} }: { readonly onChange?: (tokens: number) => void } = {}) {
    this.#onChange = onChange;
  }

  /** What a success adds. */
  earn(limits: RetryBudgetLimits): void {
    this.#set(this.#within(limits) + Math.round(limits.perSuccess * unit), limits);
  }

  /** Takes what a retry costs; false: there is not enough, and no retry may be made. */
  spend(limits: RetryBudgetLimits): boolean {
    const left = this.#within(limits);
    const enough = left >= unit;
    this.#set(enough ? left - unit : left, limits);
    return enough;
  }

  /** Gives back what a retry has cost that was not made after all. */
  refund(limits: RetryBudgetLimits): void {
    this.#set(this.#within(limits) + unit, limits);
  }

  #within = ({ size }: RetryBudgetLimits): number => Math.min(this.#millionths, size * unit);

  #set(millionths: number, limits: RetryBudgetLimits): void {
    this.#millionths = millionths;
    this.#millionths = this.#within(limits);
    this.#onChange(this.#millionths / unit);
  }
}
