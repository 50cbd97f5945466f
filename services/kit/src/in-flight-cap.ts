import { Admission, type RefusalReason } from './server/admission.ts';
import { systemClock } from './server/clock.ts';
import { Visit } from './server/visit.ts';

export interface InFlightCapOptions {
  /** Requests handled at a time. */
  readonly maxInFlight: number;
  /** Requests that may wait beyond those; the next is refused. */
  readonly maxQueued: number;
  /** Longest wait in milliseconds; then the request is refused. */
  readonly queueTimeoutMs: number;
  /** Called on each change, for the gauges. */
  readonly onChange?: (inFlight: number, queued: number) => void;
  readonly onShed?: (reason: RefusalReason) => void;
}

/**
 * One cap on what a process handles at a time, with a bounded first-come first-served queue, for programs that have no
 * service of the kit: what a connection limit, a thread pool or a proxy's `max_requests` is elsewhere.
 */
export class InFlightCap {
  readonly #admission: Admission;

  constructor({ maxInFlight, maxQueued, queueTimeoutMs, onChange, onShed }: InFlightCapOptions) {
    this.#admission = new Admission({
      slots: maxInFlight,
      serviceTimeMs: 0,
      proxy: { maxQueued, queueTimeoutMs },
      policy: () => ({}),
      loopUtilisation: () => 0,
      clock: systemClock,
      events: {
        changed: (working, waiting) => onChange?.(working, waiting),
        refused: (reason) => onShed?.(reason),
        began() {},
        wasted() {},
        abandoned() {},
        limited() {},
      },
    });
  }

  /** Resolves with the release function (safe to call twice) once there is a slot; `gone` takes the waiter out. */
  enter(gone: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onGone = () => this.#admission.left(visit);
      const visit = new Visit({
        priority: 5,
        traceId: '',
        deadlineAt: undefined,
        abandon() {},
        begin: (error) => {
          gone.removeEventListener('abort', onGone);
          if (error === undefined) resolve(() => this.#admission.answered(visit));
          else reject(error);
        },
      });
      gone.addEventListener('abort', onGone, { once: true });
      this.#admission.enter(visit);
    });
  }
}
