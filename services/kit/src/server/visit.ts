import type { Problem } from '../problem.ts';
import type { Waiter } from './waiting-line.ts';

export interface Arrival {
  /** From 0, the highest, to 9. */
  readonly priority: number;
  readonly traceId: string;
  /** When the caller stops waiting, on the admission's clock. */
  readonly deadlineAt: number | undefined;
  /** Begins the work, or answers with the error. */
  readonly begin: (error?: Problem) => void;
  /** Cancels the work, of which nobody wants the result. */
  readonly abandon: (reason: Problem) => void;
}

/** One request on its way through the service. Changed by {@link Admission} only. */
export class Visit implements Waiter {
  readonly arrival: Arrival;
  readonly priority: number;
  state: 'outside' | 'waiting' | 'working' | 'over' = 'outside';
  older?: Waiter | undefined;
  newer?: Waiter | undefined;
  /** When it asked to come in. */
  since = 0;
  startedAt = 0;
  /** From when on the slot is its own: its predecessor's exact end, however late the timer was. */
  slotFrom = 0;
  holdsSlot = false;
  hasLeft = false;
  isHandled = false;
  /** Its work was told to end, and has not ended yet. */
  isCut = false;
  /** Stops the timer of the wait or of the deadline. */
  cancel: (() => void) | undefined;

  constructor(arrival: Arrival) {
    this.arrival = arrival;
    this.priority = arrival.priority;
  }
}
