import type { ErrorCode } from '@pado/fault';
import type { Evidence } from '../evidence.ts';
import type { Services } from '../request/match.ts';
import type { Lease } from './lease.ts';

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
  /** The fault's name. */
  readonly name: string;
  readonly index: number;
  readonly seed: number;
  readonly services: Services;
  /** By the clock, not by a timer: timers are late while the loop is blocked. */
  readonly inForce: () => boolean;
  /** When the effect must have stopped by itself, on the monotonic clock: the end of its ttl or of its lease. */
  readonly endsAt: () => number;
  /** A lease that threads share, for what the main thread cannot stop in time; the effect gives it back. */
  readonly lease: () => Lease;
  /** Which active phase this is; see {@link pulseIndex}. */
  readonly pulse: () => number;
  /** Tells the agent what has been counted, and calls back when that is on its way; soon in any case. */
  readonly report: (done: () => void) => void;
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
