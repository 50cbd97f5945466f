import type { Listener } from '../contracts.ts';
import type { Recording } from '../journal/recording.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { AgentApi } from '../providers/fault/agent-api.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import type { Environment } from './environment.ts';
import type { Experiment } from './experiment.ts';

/** What the phases of a run share. */
export interface RunContext {
  readonly experiment: Experiment;
  readonly environment: Environment;
  readonly prometheus: Prometheus;
  readonly agent: AgentApi;
  readonly directory: RunDirectory;
  readonly recording: Recording;
  readonly tell: Listener;
  /** Aborted when the user stops the run and when something it needs has failed. */
  readonly signal: AbortSignal;
  /** Fails the run: aborts the signal with this reason, unless it has been aborted. */
  readonly fail: (reason: unknown) => void;
}

/** Scrapes and k6's pushes come once a second: what happened by a time can be asked for this much later. */
export const settleMs = 2_000;
