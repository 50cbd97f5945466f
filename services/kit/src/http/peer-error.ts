import type { ProblemDocument } from '../problem.ts';

/** Why a call to a peer failed: its answer, or ours. */
export type PeerErrorReason = 'status' | 'timeout' | 'deadline' | 'bulkhead' | 'connection';

const sentences: Readonly<Record<PeerErrorReason, string>> = {
  status: 'answered with an error',
  timeout: 'did not answer in the time of one attempt',
  deadline: 'did not answer before the deadline',
  bulkhead: 'has all the calls in flight that it may have',
  connection: 'could not be reached',
};

export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly peer: string;
  readonly reason: PeerErrorReason;
  /** The peer's status, when it answered. */
  readonly status: number | undefined;
  readonly problem: ProblemDocument | undefined;

  constructor(
    peer: string,
    reason: PeerErrorReason,
    details: { status?: number; problem?: ProblemDocument | undefined; cause?: unknown } = {},
  ) {
    super(`${peer} ${sentences[reason]}${details.status === undefined ? '' : ` (${details.status})`}`, {
      cause: details.cause,
    });
    this.peer = peer;
    this.reason = reason;
    this.status = details.status;
    this.problem = details.problem;
  }

  /** Whether the peer itself is in trouble; a 4xx is an answer, not a failure. */
  get isFailure(): boolean {
    return this.reason !== 'status' || (this.status ?? 0) >= 500;
  }
}
