import type { ErrorCode } from '@pado/fault';
import type { Evidence } from '../evidence.ts';
import type { Services } from '../request/match.ts';

/** An effect in this process. The fault calls `enter` once, then `open` and `close` as its window does, then `leave`. */
export interface RunningEffect {
  readonly evidence: Evidence;
  /** Armed: installs hooks, or throws a {@link Refusal}. */
  enter(): void;
  /** The window opens: a resource effect begins. */
  open(): void;
  close(): void;
  /** Ended or suspended: everything is as before. */
  leave(): void;
  /** The lease was renewed: `endsAt` has moved. */
  renewed?(): void;
}

/** What an effect knows of its fault. */
export interface EffectContext {
  readonly index: number;
  readonly seed: number;
  readonly services: Services;
  /** By the clock, not by a timer: timers are late while the loop is blocked. */
  readonly inForce: () => boolean;
  /** When the effect must have stopped by itself, on the monotonic clock: the end of its ttl or of its lease. */
  readonly endsAt: () => number;
  /** Ends the whole fault as failed. */
  readonly fail: (refusal: Refusal) => void;
}

/** A guard's no: the fault fails with this code. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
