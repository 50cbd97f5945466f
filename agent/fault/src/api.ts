/**
 * The agent's HTTP API for people and for the runner. Loopback only, `authorization: Bearer <token>`; errors are
 * problem+json (RFC 9457) with a `code` from errors.ts.
 *
 * | call | does |
 * | --- | --- |
 * | `POST /v1/faults` | creates a Fault (201, FaultStatus), 409 when the name is taken by one that has not ended |
 * | `GET /v1/faults` | all faults: `{items: FaultStatus[]}` |
 * | `GET /v1/faults/:name` | one, with evidence |
 * | `PATCH /v1/faults/:name` | body `{stopped: true}` ends it and keeps the evidence |
 * | `DELETE /v1/faults/:name` | ends and forgets it; `DELETE /v1/faults` does so for all |
 * | `PUT /v1/leases/:name` | body `{durationMs}` takes or renews a lease; 201 or 200 |
 * | `DELETE /v1/leases/:name` | gives it up: faults that name it end |
 * | `GET /v1/targets` | connected processes: `{items: TargetStatus[]}` |
 * | `GET /metrics`, `/healthz`, `/readyz` | no token needed |
 */
import type { EffectEvidence, EndReason, TargetState } from './protocol.ts';
import type { FaultSpec } from './schema.ts';

/** Pending: nobody armed yet; Injected: at least one target in force; Ended: all reverted. */
export type FaultPhase = 'Pending' | 'Injected' | 'Ended';

export interface FaultStatus {
  readonly name: string;
  readonly uid: string;
  readonly spec: FaultSpec;
  readonly phase: FaultPhase;
  readonly endReason?: EndReason;
  readonly elapsedMs: number;
  readonly remainingMs: number;
  readonly conditions: { readonly Selected: boolean; readonly AllInjected: boolean; readonly AllRecovered: boolean };
  readonly targets: readonly FaultTarget[];
  /** Sums over all targets, by effect index. */
  readonly evidence: readonly EffectEvidence[];
}

export interface FaultTarget {
  readonly target: string;
  readonly name: string;
  readonly pid: number;
  readonly state: TargetState | 'pending' | 'lost';
  readonly reason?: string;
  readonly evidence: readonly EffectEvidence[];
}

export interface TargetStatus {
  readonly target: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly node: string;
  readonly ports: readonly number[];
}

/** What `pado agent` and `pado up` write to `.pado/agent.json` (mode 0600). */
export interface AgentFile {
  readonly url: string;
  readonly tokenFile: string;
  readonly pid: number;
}
