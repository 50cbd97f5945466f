import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Short enough to see an overload begin, long enough that one slow request is none. */
const intervalMs = 250;

/** How busy the event loop was in the last 250 ms, from 0 to 1. The timer runs from the first question to `close`. */
export class LoopUtilisation {
  readonly #measure: () => EventLoopUtilization;
  #timer: NodeJS.Timeout | undefined;
  #last: EventLoopUtilization | undefined;
  #closed = false;
  #value = 0;

  constructor(measure: () => EventLoopUtilization = () => performance.eventLoopUtilization()) {
    this.#measure = measure;
  }

  get value(): number {
    if (this.#timer === undefined && !this.#closed) {
      this.#last = this.#measure();
      this.#timer = setInterval(() => this.sample(), intervalMs).unref();
    }
    return this.#value;
  }

  /** Ends an interval. */
  sample(): void {
    const now = this.#measure();
    const idle = now.idle - (this.#last?.idle ?? 0);
    const active = now.active - (this.#last?.active ?? 0);
    this.#last = now;
    this.#value = idle + active > 0 ? active / (idle + active) : 0;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }
}
