/**
 * What the agent and the API server answer, as far as it is read here. Not imported from agent/fault, whose types would
 * bring the whole schema into the ConfigMap or Job that carries a script; a test compares. Types only.
 */
import type { Labels } from './place.ts';

export type Phase = 'Pending' | 'Injected' | 'Ended';

export interface Evidence {
  readonly matched: number;
  readonly applied: number;
}

export interface AgentFile {
  readonly url: string;
  readonly tokenFile: string;
}

export interface TargetStatus {
  readonly target: string;
  readonly pid: number;
  readonly labels: Labels;
}

export interface FaultStatus {
  readonly phase: Phase;
  readonly endReason?: string;
  readonly conditions: { readonly AllRecovered: boolean };
  readonly targets: readonly {
    readonly target: string;
    readonly pid: number;
    readonly state: string;
    readonly reason?: string;
    readonly evidence: readonly Evidence[];
  }[];
  readonly evidence: readonly Evidence[];
}

export interface FaultResource {
  readonly metadata: { readonly uid?: string };
  readonly status?: {
    readonly phase: Phase | 'Refused';
    readonly endReason?: string;
    readonly message: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly matched: number;
    readonly applied: number;
  };
}

export interface FaultReport {
  readonly targets: readonly {
    readonly pod: string;
    readonly state: string;
    readonly evidence: readonly Evidence[];
  }[];
}
