import type { AbortEffect, ErrorEffect, LatencyEffect } from '@pado/fault';
import type { Evidence } from '../evidence.ts';
import type { Matcher } from './match.ts';
import type { Sampler } from './sampling.ts';
import type { Part, Wait } from './wait.ts';

/** Which hooks consult a rule. */
export type Hooked = 'http inbound' | 'http outbound' | 'tcp' | 'dns';

export interface Answer {
  readonly kind: 'error';
  readonly status: number;
  readonly body: string;
  readonly headers: ErrorEffect['headers'];
}

/** What comes instead of the real answer. */
export type Outcome =
  | Answer
  | { readonly kind: 'abort'; readonly code: NonNullable<AbortEffect['code']> }
  | { readonly kind: 'not-found'; readonly code: NonNullable<ErrorEffect['code']> };

export interface Label {
  readonly fault: string;
  readonly kind: string;
  readonly dose: string;
}

/** One armed effect on requests, connections or look-ups. */
export interface Rule {
  readonly hooked: Hooked;
  readonly fits: Matcher;
  readonly isHit: Sampler;
  /** By the clock: within ttl and lease, past startAfter, in an active phase. */
  readonly inForce: () => boolean;
  readonly action: Action;
  readonly evidence: Evidence;
  /** For spans and headers. */
  readonly label: Label;
  readonly waits: Set<Wait>;
  /** Its fault has ended or is suspended: a request that was hit and has not waited yet goes on without it. */
  revoked: boolean;
}

export type Action =
  /** A hang is a delay without an end: it is only ever cut. */
  | { readonly type: 'delay'; readonly at: NonNullable<LatencyEffect['at']>; readonly nextMs: () => number }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'throttle'; readonly bytesPerSecond: number }
  | { readonly type: 'truncate'; readonly afterBytes: number };

/** The slowest line wins. */
export interface Throttle {
  readonly rule: Rule;
  readonly bytesPerSecond: number;
}

/** The shortest answer wins. It counts as applied when it is really cut, which is for the hook to tell. */
export interface Truncation {
  readonly rule: Rule;
  readonly afterBytes: number;
}

/** What happens to one request. */
export interface Plan {
  readonly before: readonly Part[];
  readonly after: readonly Part[];
  readonly outcome?: Outcome;
  readonly throttle?: Throttle;
  readonly truncation?: Truncation;
  /** The rules that act. */
  readonly applied: readonly Rule[];
}

/** Whether something happens before the connection gets to carry it. */
export const holdsBack = ({ before, after, outcome }: Plan): boolean =>
  before.length + after.length > 0 || outcome !== undefined;
