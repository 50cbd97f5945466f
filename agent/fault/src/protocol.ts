/**
 * The wire between an injector and the agent of its node. The injector opens one request,
 * `POST /v1/channel` with `authorization: Bearer <token>` and `content-type: application/x-ndjson`, and keeps both bodies
 * open: each line up is an {@link InjectorMessage}, each line down an {@link AgentMessage}. No message holds a timestamp:
 * clocks differ, so the wire carries elapsed and remaining milliseconds, and a target keeps the smaller remainder.
 */
import type { FaultSpec } from './schema.ts';

export const protocolVersion = 1;

/** The agent sends a heartbeat this often, and so does the injector. */
export const heartbeatMs = 1_000;

/** An injector that has heard nothing for this long suspends every effect (reverts it; the same uid may resume). */
export const suspendAfterMs = 5_000;

/**
 * While a fault may block the main thread, a thread of the injector asks about it this often:
 * `GET /v1/channel/<fault uid>?instance=<hello's instance>`, with the same token. 200: it goes on, and the channel of
 * that instance lives; 410: it has ended.
 */
export const leaseCheckMs = 500;

/** A line longer than this is dropped and counted, and the connection is closed. */
export const maxLineBytes = 1_048_576;

/** Environment that the injector reads; everything is optional, and without an address it stays inert. */
export const environment = {
  /** Where the agent listens, such as http://127.0.0.1:4600 or https://pado-agent.pado.svc:4600. */
  agentUrl: 'PADO_AGENT_URL',
  /** A file that holds the bearer token; read afresh at each attempt. */
  tokenFile: 'PADO_AGENT_TOKEN_FILE',
  /**
   * A PEM file with the certificates that an https agent is trusted by, these alone; read afresh at each attempt.
   * While there are none in it, no connection is made.
   */
  caFile: 'PADO_AGENT_CA_FILE',
  /** The target's name: its label app.kubernetes.io/name. */
  name: 'PADO_NAME',
  /** More labels: k=v,k2=v2. */
  labels: 'PADO_LABELS',
  /** A response header, such as pado-fault, by which answers of affected inbound requests name their faults. */
  faultHeader: 'PADO_FAULT_HEADER',
  /** The uid of the pod that the process is in; it outlives the restarts of its containers. */
  podUid: 'PADO_POD_UID',
} as const;

/** The W3C baggage key whose hash decides under `sampling: request`; without it the trace id decides. */
export const requestIdBaggageKey = 'pado.request';

/** Requests with this header are spared, unless the match names it. */
export const bypassHeader = 'pado-bypass';

/** Paths that are spared, unless `match.path` fits them without a wildcard. */
export const sparedPaths = ['/healthz', '/readyz', '/metrics'] as const;

export interface Mishaps {
  readonly dropped: number;
  readonly swallowed: number;
}

export type InjectorMessage =
  | {
      readonly type: 'hello';
      readonly version: number;
      /** Random, one a process start: tells a restarted process from a reconnecting one. */
      readonly instance: string;
      readonly pid: number;
      readonly node: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly ports: readonly number[];
      /** The pod's uid: what acts once per pod knows a restarted container by it. */
      readonly pod?: string;
      /** The worker thread that speaks; absent or 0 is the main thread. Each thread has a connection of its own. */
      readonly thread?: number;
    }
  | { readonly type: 'ports'; readonly ports: readonly number[] }
  /** With what went wrong inside the injector since its start: messages it dropped, errors it kept from its host. */
  | ({ readonly type: 'heartbeat' } & Partial<Mishaps>)
  /** Sent when a fault's state in this process changes. `reason` is for people. */
  | {
      readonly type: 'state';
      readonly uid: string;
      readonly state: TargetState;
      readonly reason?: string;
      readonly code?: string;
    }
  /** Sent once a second while counts change, and when a fault ends. Counts are totals since arming. */
  | { readonly type: 'evidence'; readonly uid: string; readonly effects: readonly EffectEvidence[] };

export type AgentMessage =
  | { readonly type: 'welcome'; readonly version: number; readonly target: string }
  | { readonly type: 'heartbeat' }
  /** Begin or go on with a fault. Idempotent: the same uid again only updates remaining time and resolved addresses. */
  | {
      readonly type: 'arm';
      readonly uid: string;
      readonly name: string;
      readonly spec: FaultSpec;
      readonly elapsedMs: number;
      readonly remainingMs: number;
      /** What each `match.service` stands for here: host and port pairs; host '*' fits any loopback name. */
      readonly services: Readonly<Record<string, readonly Address[]>>;
    }
  | { readonly type: 'disarm'; readonly uid: string; readonly reason: EndReason }
  /** The agent is leaving: connect again at once, effects go on. */
  | { readonly type: 'goaway' };

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** armed: in force (or waiting for startAfter or a pulse); failed: refused by a guard or impossible here. */
export type TargetState = 'armed' | 'suspended' | 'ended' | 'failed';

export type EndReason = 'ttl' | 'stopped' | 'deleted' | 'lease' | 'suspended' | 'failed';

/** What one effect did in one process, since it was armed. */
export interface EffectEvidence {
  /** Index in `spec.effects`. */
  readonly index: number;
  readonly kind: string;
  /** Requests that fitted the match while it was in force, hit or not. */
  readonly matched: number;
  /** Requests that were hit; for resource effects 1 once the effect bites. */
  readonly applied: number;
  /** Requests whose delay was cut short because the fault ended. */
  readonly cut: number;
  /** Requested and delivered dose; ms for latency, % for event-loop and cpu, bytes for memory. Absent where there is none. */
  readonly dose?: Dose;
}

/** Summary of a dose. For latency each request is a sample; for resource effects each second is one. */
export interface Dose {
  readonly unit: 'ms' | 'percent' | 'bytes';
  readonly samples: number;
  readonly requestedSum: number;
  readonly deliveredSum: number;
  readonly deliveredMin: number;
  readonly deliveredMax: number;
  /** delivered − requested: upper bounds of `errorBuckets` and the count at or below each (cumulative), unit as `unit`. */
  readonly errorBuckets: readonly (readonly [upperBound: number, count: number])[];
}
