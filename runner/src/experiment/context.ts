import type { Listener, Stop } from '../contracts.ts';
import type { Recording } from '../journal/recording.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { AgentApi } from '../providers/fault/agent-api.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import type { Asking } from './ask.ts';
import type { Environment } from './environment.ts';
import type { Experiment } from './experiment.ts';

/** As Chaos Toolkit's `--dry`: what is left out. */
export const dryStrategies = ['probes', 'actions', 'activities', 'pause'] as const;
export type Dry = (typeof dryStrategies)[number];

/** What the phases of a run share. */
export interface RunContext {
  readonly experiment: Experiment;
  readonly environment: Environment;
  readonly prometheus: Prometheus;
  /** @throws PadoError ERR_PADO_AGENT_UNREACHABLE where there is none. */
  readonly agent: AgentApi;
  /** How probes are asked; `call.signal` is this context's. */
  readonly asking: Asking;
  readonly directory: RunDirectory;
  readonly recording: Recording;
  readonly dry?: Dry | undefined;
  readonly tell: Listener;
  /** Aborted when the user stops the run, when a stop condition fires and when something it needs has failed. */
  readonly signal: AbortSignal;
  /** Fails the run: aborts the signal with this reason, unless it has been aborted. */
  readonly fail: (reason: unknown) => void;
  /** Ends the run as `aborted`. */
  readonly stop: (stop: Stop) => void;
  /** Python's controls, and nothing where an experiment has none. */
  readonly controls: Controls;
}

/** `probe`: an activity of the hypothesis; `activity`: one of the method or of the rollbacks. */
export type ControlLevel = 'experiment' | 'hypothesis' | 'probe' | 'method' | 'activity' | 'rollback';

export interface Controls {
  readonly before: (level: ControlLevel, subject: unknown) => Promise<void>;
  readonly after: (level: ControlLevel, subject: unknown, state: unknown) => Promise<void>;
}

/** Scrapes and k6's pushes come once a second: what happened by a time can be asked for this much later. */
export const settleMs = 2_000;
