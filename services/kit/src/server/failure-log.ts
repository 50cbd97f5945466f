import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from './clock.ts';

const intervalMs = 1_000;

/** Logs answers of 500 and above, at most one a second: in an overload logging each would be a load of its own. */
export class FailureLog {
  readonly #log: Pick<FastifyBaseLogger, 'warn'>;
  readonly #clock: Pick<Clock, 'now'>;
  #silentUntil = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(log: Pick<FastifyBaseLogger, 'warn'>, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** `leftOut` in the line counts the failures since the line before. */
  add(failure: {
    readonly status: number;
    readonly route: string;
    readonly code: string;
    readonly reason: string;
  }): void {
    const now = this.#clock.now();
    if (now < this.#silentUntil) {
      this.#leftOut++;
      return;
    }
    this.#log.warn({ ...failure, leftOut: this.#leftOut }, 'answered with a failure');
    this.#silentUntil = now + intervalMs;
    this.#leftOut = 0;
  }
}
