import { performance } from 'node:perf_hooks';
import { PeerError } from '../http/peer-error.ts';
import { type Classify, classifyError, type Outcome, observed } from './classify.ts';
import { CountWindow } from './count-window.ts';

export interface BreakerLimits {
  /** Opens at this share of failures in percent, usually 50. */
  readonly failurePercent: number;
  /** Milliseconds that are looked back on, usually 10000. */
  readonly windowMs: number;
  /** Calls in the window before it may open, usually 20. */
  readonly minCalls: number;
  /** Milliseconds that it stays open, usually 5000. */
  readonly openMs: number;
  /** Trial calls when half open, usually 10. */
  readonly halfOpenCalls: number;
  /** A call that takes longer counts as slow; by default none does. */
  readonly slowCallMs?: number | undefined;
  /** Opens at this share of slow calls in percent, by default 100. */
  readonly slowCallPercent?: number | undefined;
  /** After the trials the share of calls let through grows to all over this time; by default 0: all at once. */
  readonly rampMs?: number | undefined;
}

/** 0 closed, 0.5 half open, 1 open; as the gauge shows it. */
export type BreakerState = 0 | 0.5 | 1;

export interface BreakerOptions {
  /** What is called, for the error. */
  readonly name: string;
  readonly onState?: ((state: BreakerState) => void) | undefined;
  /** What an error says about the peer; by default {@link classifyError}. */
  readonly classify?: Classify | undefined;
  /** Milliseconds, never going back. */
  readonly clock?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

/** Leave to make one call; to be ended exactly once. */
export interface Permit {
  end(outcome: Outcome): void;
}

interface Trials {
  admitted: number;
  readonly ended: { total: number; failed: number; slow: number };
}

/**
 * Stops calling a peer whose calls fail or are slow too often, tries it with a few calls after a while, and closes again.
 * Ours, because cockatiel's SamplingBreaker knows no slow calls, one trial call only, and no ramp. A call counts when it
 * ends; one that began in an earlier state does not count in the present one.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  readonly #clock: () => number;
  readonly #window: CountWindow<'total' | 'failed' | 'slow'>;
  #state: BreakerState = 0;
  #since = -Infinity;
  #trials: Trials = newTrials();
  /** Whether the present closed time follows an open one. */
  #ramping = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#window = new CountWindow(['total', 'failed', 'slow'], this.#clock);
    options.onState?.(0);
  }

  /** As of the latest call: an open breaker becomes half open with the first call after its time. */
  get state(): BreakerState {
    return this.#state;
  }

  async run<T>(limits: BreakerLimits, work: () => Promise<T>): Promise<T> {
    const permit = this.enter(limits);
    if (permit === undefined) throw new PeerError(this.#options.name, 'breaker');
    return observed(work, this.#options.classify ?? classifyError, permit.end);
  }

  /** Leave to make a call; undefined: the call is refused. For those who choose among several breakers. */
  enter(limits: BreakerLimits): Permit | undefined {
    const now = this.#clock();
    const passed = now - this.#since;
    if (this.#state === 1 && passed >= limits.openMs) this.#become(0.5);
    // Trial calls that never end must not keep it half open for ever.
    else if (this.#state === 0.5 && passed >= limits.openMs && this.#trials.admitted >= limits.halfOpenCalls)
      this.#become(0.5);
    if (this.#state === 1) return undefined;
    if (this.#state === 0.5 && this.#trials.admitted >= limits.halfOpenCalls) return undefined;
    if (this.#state === 0 && this.#ramping && !this.#rampLets(limits, passed)) return undefined;
    const trials = this.#trials;
    trials.admitted++;
    return { end: (outcome) => this.#end(limits, trials, outcome, this.#clock() - now) };
  }

  #rampLets({ rampMs = 0 }: BreakerLimits, passedMs: number): boolean {
    if (passedMs < rampMs) return (this.#options.random ?? Math.random)() < passedMs / rampMs;
    this.#ramping = false;
    return true;
  }

  #end(limits: BreakerLimits, trials: Trials, outcome: Outcome, ms: number): void {
    if (trials !== this.#trials) return;
    if (outcome === 'ignored') {
      trials.admitted--;
      return;
    }
    const counts = this.#state === 0.5 ? trials.ended : this.#window.present(limits.windowMs);
    counts.total++;
    if (outcome === 'failure') counts.failed++;
    if (limits.slowCallMs !== undefined && ms > limits.slowCallMs) counts.slow++;
    if (this.#state === 0.5) {
      if (counts.total >= limits.halfOpenCalls) this.#become(tooMany(limits, counts) ? 1 : 0);
    } else {
      const sums = this.#window.sums(limits.windowMs);
      if (sums.total >= limits.minCalls && tooMany(limits, sums)) this.#become(1);
    }
  }

  #become(state: BreakerState): void {
    this.#ramping = state === 0;
    this.#state = state;
    this.#since = this.#clock();
    this.#trials = newTrials();
    this.#window.clear();
    this.#options.onState?.(state);
  }
}

const newTrials = (): Trials => ({ admitted: 0, ended: { total: 0, failed: 0, slow: 0 } });

/** A share of 0 percent would open at once; it takes one at least. */
const tooMany = (limits: BreakerLimits, { total, failed, slow }: Trials['ended']): boolean =>
  (failed > 0 && failed * 100 >= limits.failurePercent * total) ||
  (slow > 0 && slow * 100 >= (limits.slowCallPercent ?? 100) * total);
