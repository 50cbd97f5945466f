import { performance } from 'node:perf_hooks';
import { PeerError } from '../http/peer-error.ts';
import { type Classify, classifyError, observed } from './classify.ts';
import { CountWindow } from './count-window.ts';

export interface ThrottleLimits {
  /** Requests allowed per accepted one, usually 2: a peer that refuses half of them is not spared yet. */
  readonly k: number;
  /** Milliseconds that are looked back on, usually 15000. */
  readonly windowMs: number;
}

export interface ThrottleOptions {
  /** What is called, for the error. */
  readonly name: string;
  readonly onRefused?: (() => void) | undefined;
  /** What an error says about the peer; by default {@link classifyError}. */
  readonly classify?: Classify | undefined;
  /** Milliseconds, never going back. */
  readonly clock?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

/** Fewer requests in the window say nothing: the first few of a burst are all unanswered yet. */
const minRequests = 10;

/**
 * Refuses calls at the client in the measure in which the peer refuses or fails them: p = max(0, (requests − k × accepts) /
 * (requests + 1)) (Google, Site Reliability Engineering, chapter 21). A request is counted before it is sent, so that
 * those without an answer weigh too; own refusals count as requests, else the share would swing.
 */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #window: CountWindow<'requests' | 'accepts'>;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#window = new CountWindow(['requests', 'accepts'], options.clock ?? (() => performance.now()));
  }

  /** The chance that the next call is refused, 0 to 1. */
  refusal({ k, windowMs }: ThrottleLimits): number {
    const { requests, accepts } = this.#window.sums(windowMs);
    return requests < minRequests ? 0 : Math.max(0, (requests - k * accepts) / (requests + 1));
  }

  async run<T>(limits: ThrottleLimits, work: () => Promise<T>): Promise<T> {
    const { name, random = Math.random, classify = classifyError, onRefused } = this.#options;
    const refused = random() < this.refusal(limits);
    const counts = this.#window.present(limits.windowMs);
    counts.requests++;
    if (refused) {
      onRefused?.();
      throw new PeerError(name, 'throttle');
    }
    return observed(work, classify, (outcome) => {
      if (outcome === 'success') counts.accepts++;
      // Neither accepted nor refused: as if it had never been made.
      else if (outcome === 'ignored') counts.requests--;
    });
  }
}
