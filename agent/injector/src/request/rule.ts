import type { AbortEffect, ErrorEffect, LatencyEffect } from '@pado/fault';
import type { Evidence } from '../evidence.ts';
import type { Direction } from './facts.ts';
import type { Matcher } from './match.ts';
import type { Sampler } from './sampling.ts';
import type { Part, Wait } from './wait.ts';

export type Outcome = ErrorEffect | AbortEffect;

/** One armed effect on requests. */
export interface Rule {
  readonly direction: Direction;
  readonly fits: Matcher;
  readonly isHit: Sampler;
  /** By the clock: within ttl and lease, past startAfter, in an active phase. */
  readonly inForce: () => boolean;
  readonly action: Action;
  readonly evidence: Evidence;
  readonly waits: Set<Wait>;
  /** Its fault has ended or is suspended: a request that was hit and has not waited yet goes on without it. */
  revoked: boolean;
}

export type Action =
  | { readonly type: 'delay'; readonly at: NonNullable<LatencyEffect['at']>; readonly nextMs: () => number }
  | { readonly type: 'outcome'; readonly outcome: Outcome };

/** What happens to one request. */
export interface Plan {
  readonly before: readonly Part[];
  readonly after: readonly Part[];
  readonly outcome?: Outcome;
}
