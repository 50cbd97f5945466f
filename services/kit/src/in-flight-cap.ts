import { problem } from './problem.ts';

export interface InFlightCapOptions {
  /** Requests handled at a time. */
  readonly maxInFlight: number;
  /** Requests that may wait beyond those; the next is refused. */
  readonly maxQueued: number;
  /** Longest wait in milliseconds; then the request is refused. */
  readonly queueTimeoutMs: number;
  /** Called on each change, for the gauges. */
  readonly onChange?: (inFlight: number, queued: number) => void;
  readonly onShed?: (reason: 'queue-full' | 'queue-timeout') => void;
}

interface Waiter {
  readonly admit: () => void;
}

/**
 * One cap on the requests that a process handles at a time, with a bounded first-come first-served queue: what a
 * connection limit, a thread pool or a proxy's `max_requests` is elsewhere. Whatever holds a slot keeps others waiting.
 */
export class InFlightCap {
  readonly #options: InFlightCapOptions;
  readonly #queue = new Set<Waiter>();
  #inFlight = 0;

  constructor(options: InFlightCapOptions) {
    this.#options = options;
  }

  /** Resolves with the release function (safe to call twice) once there is a slot; `gone` takes the waiter out. */
  async enter(gone: AbortSignal): Promise<() => void> {
    if (this.#inFlight >= this.#options.maxInFlight) {
      if (this.#queue.size >= this.#options.maxQueued) throw this.#refuse('queue-full');
      await this.#wait(gone);
    } else {
      this.#inFlight++;
    }
    this.#changed();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#handOver();
    };
  }

  #wait(gone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (error: Error) => {
        this.#queue.delete(waiter);
        clearTimeout(timer);
        gone.removeEventListener('abort', onGone);
        this.#changed();
        reject(error);
      };
      const onGone = () => leave(problem(499, 'client_closed_request', 'The client left while it waited.'));
      const timer = setTimeout(() => leave(this.#refuse('queue-timeout')), this.#options.queueTimeoutMs);
      const waiter: Waiter = {
        admit: () => {
          clearTimeout(timer);
          gone.removeEventListener('abort', onGone);
          resolve();
        },
      };
      gone.addEventListener('abort', onGone, { once: true });
      this.#queue.add(waiter);
      this.#changed();
    });
  }

  /** Gives the slot to whoever has waited longest, without letting a newcomer in between. */
  #handOver(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#inFlight--;
    } else {
      this.#queue.delete(next);
      next.admit();
    }
    this.#changed();
  }

  #refuse(reason: 'queue-full' | 'queue-timeout') {
    this.#options.onShed?.(reason);
    return problem(
      503,
      'overloaded',
      `The service handles ${this.#options.maxInFlight} requests at a time (${reason}).`,
      {
        'retry-after': '1',
      },
    );
  }

  #changed(): void {
    this.#options.onChange?.(this.#inFlight, this.#queue.size);
  }
}
