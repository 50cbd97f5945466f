import type { ProblemDocument } from '../problem.ts';

/** Why a call to a peer failed: its answer, or ours. */
export type PeerErrorReason =
  | 'status'
  | 'timeout'
  | 'deadline'
  | 'bulkhead'
  | 'connection'
  | 'breaker'
  | 'throttle'
  | 'cancelled';

const sentences: Readonly<Record<PeerErrorReason, string>> = {
  status: 'answered with an error',
  timeout: 'did not answer in the time of one attempt',
  deadline: 'did not answer before the deadline',
  bulkhead: 'has all the calls in flight that it may have',
  connection: 'could not be reached',
  breaker: 'is not called for a while, since too many calls failed or were slow',
  throttle: 'is called less, since it refuses many calls',
  cancelled: 'was called for somebody who no longer waits',
};

/** Refusals of this side: the peer has not seen the call. */
const refusals: ReadonlySet<PeerErrorReason> = new Set(['bulkhead', 'breaker', 'throttle']);

interface PeerErrorDetails {
  /** The peer's status, when it answered. */
  readonly status?: number;
  readonly problem?: ProblemDocument | undefined;
  readonly cause?: unknown;
  /** Whether the answer carried the "do not retry" marker. */
  readonly final?: boolean;
  /** By default: unless the reason is a refusal of this side. */
  readonly sent?: boolean;
}

export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly peer: string;
  readonly reason: PeerErrorReason;
  /** The peer's status, when it answered. */
  readonly status: number | undefined;
  readonly problem: ProblemDocument | undefined;
  /** Whether the peer may have seen the call; false for a refusal of this side. */
  readonly sent: boolean;
  /**
   * Whether nobody above should repeat the call: retries were spent or refused, here or further down, or the peer is not
   * called at present. Set by the retry policy when it gives up.
   */
  final: boolean;

  constructor(peer: string, reason: PeerErrorReason, details: PeerErrorDetails = {}) {
    super(`${peer} ${sentences[reason]}${details.status === undefined ? '' : ` (${details.status})`}`, {
      cause: details.cause,
    });
    this.peer = peer;
    this.reason = reason;
    this.status = details.status;
    this.problem = details.problem;
    this.sent = details.sent ?? !refusals.has(reason);
    this.final = details.final ?? (reason === 'breaker' || reason === 'throttle');
  }

  /** Whether there is no answer to rely on; a 4xx is an answer, not a failure. */
  get isFailure(): boolean {
    return this.reason !== 'status' || (this.status ?? 0) >= 500;
  }
}
