import { performance } from 'node:perf_hooks';
import { PeerError } from '../http/peer-error.ts';
import { type Classify, classifyError } from './classify.ts';

export interface HedgeLimits {
  /** Milliseconds before the second attempt; without it what the call brings along, such as the recent p95. */
  readonly delayMs?: number | undefined;
  /** Most hedges as a share of calls, in percent; without it there is no limit (naive). */
  readonly budgetPercent?: number | undefined;
}

export interface HedgerOptions {
  /** What is called, for the error that cancels the loser. */
  readonly name: string;
  /** Called when a second attempt begins. */
  readonly onHedge?: (() => void) | undefined;
  /** Which errors are an answer too (`success`), so that the other attempt need not be waited for. */
  readonly classify?: Classify | undefined;
  /** Milliseconds, never going back. */
  readonly clock?: (() => number) | undefined;
}

export interface HedgedCall {
  /** Cancels both attempts. */
  readonly signal?: AbortSignal | undefined;
  /** When the limits name no delay, in milliseconds; undefined: no hedge. */
  readonly delayMs?: number | undefined;
  /** Called with what the first attempt had taken when the second one won: its latency is at least that. */
  readonly onLate?: ((ms: number) => void) | undefined;
}

/** A call earns hundredths of a hedge, up to as many whole ones, so that a quiet time allows no storm. */
const maxTokens = 10;

/**
 * Makes a second attempt when the first is late, takes the answer that comes first and cancels the other (Dean and
 * Barroso, "The Tail at Scale"). Only for what may be done twice. The budget begins empty: hedges are never more than
 * their share of the calls so far, also when everything is slow.
 */
export class Hedger {
  readonly #options: HedgerOptions;
  #hundredths = 0;

  constructor(options: HedgerOptions) {
    this.#options = options;
  }

  async run<T>(
    limits: HedgeLimits,
    { signal, delayMs, onLate }: HedgedCall,
    attempt: (signal: AbortSignal, isHedge: boolean) => Promise<T>,
  ): Promise<T> {
    const { name, onHedge, classify = classifyError, clock = () => performance.now() } = this.#options;
    this.#hundredths = Math.min(maxTokens * 100, this.#hundredths + (limits.budgetPercent ?? 0));
    const delay = limits.delayMs ?? delayMs;
    const startedAt = clock();
    const controllers = new Set<AbortController>();
    const cancel = (reason: unknown) => {
      for (const controller of controllers) controller.abort(reason);
    };
    const onOuter = () => cancel(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', onOuter, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        let running = 0;
        const start = (isHedge: boolean) => {
          const controller = new AbortController();
          controllers.add(controller);
          running++;
          (async () => attempt(controller.signal, isHedge))().then(
            (answer) => {
              // The winner is left alone: what it returned may still be read under its signal.
              controllers.delete(controller);
              if (isHedge && running === 2) onLate?.(clock() - startedAt);
              resolve(answer);
            },
            (error: unknown) => {
              running--;
              // A failed attempt leaves the other one its chance; the first one's failure, before the delay, is final.
              if (classify(error) === 'success' || running === 0) reject(error);
            },
          );
        };
        start(false);
        if (delay === undefined) return;
        timer = setTimeout(() => {
          if (signal?.aborted || running === 0 || !this.#spend(limits)) return;
          onHedge?.();
          start(true);
        }, Math.ceil(delay));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onOuter);
      // Whoever is still running has lost. It counts neither as a failure nor as a success.
      cancel(new PeerError(name, 'cancelled'));
    }
  }

  #spend({ budgetPercent }: HedgeLimits): boolean {
    if (budgetPercent === undefined) return true;
    if (this.#hundredths < 100) return false;
    this.#hundredths -= 100;
    return true;
  }
}
