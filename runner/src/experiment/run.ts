import { isPadoError } from '@pado/fault';
import type { Journal, Listener, StackFile, Stop } from '../contracts.ts';
import { askOnce } from './ask-once.ts';
import type { Controls, Dry } from './context.ts';
import { type Environment, localEnvironment } from './environment.ts';
import { readHistory } from './history.ts';
import { needsOf, requireParts } from './needs.ts';
import { runPhases } from './phases.ts';
import type { HypothesisStrategy, RollbackStrategy } from './schema.ts';
import { openSession } from './session.ts';
import { validateExperiment } from './validate.ts';
import { judge } from './verdict.ts';

export type RunOptions = CommonOptions & ({ readonly stack: StackFile } | { readonly environment: Environment });

interface CommonOptions {
  readonly file: string;
  /** The name of the policies that the shop acts on, for the journal. */
  readonly policies: string;
  /** Where runs are kept, a folder each. Default .pado/runs below the working directory. */
  readonly directory?: string;
  /** Reverts the faults and ends the run; its journal says `interrupted`. */
  readonly signal: AbortSignal;
  /** Rejects when a process of the stack dies. */
  readonly died?: Promise<never>;
  readonly listener: Listener;
  /** Values of the configuration, instead of the file's. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Values of secrets by group and name, instead of the file's. */
  readonly secretVars?: Readonly<Record<string, unknown>>;
  /** What is left out; such a run proves nothing. */
  readonly dry?: Dry;
  /** Instead of the file's `runtime`. */
  readonly hypothesisStrategy?: HypothesisStrategy;
  readonly hypothesisFrequencyMs?: number;
  readonly failFast?: boolean;
  readonly rollbackStrategy?: RollbackStrategy;
  /** Gets each event as a JSON line as it happens, besides the run's own file; `-` is stdout. */
  readonly events?: string;
  /** Told of each step, and may hold it up: how `pado step` goes at the pace of `chaos run`. */
  readonly pace?: (signal: AbortSignal) => Controls;
  /** stdout is for one document. */
  readonly json?: boolean;
  /** Instead of the file's. */
  readonly grafana?: string;
  readonly webhook?: string;
}

export interface RunResult {
  readonly journal: Journal;
  readonly journalFile: string;
}

/**
 * Runs an experiment: load, steady state, method, recovery, rollbacks, verdict. However the run ends, faults are
 * reverted, the load is stopped and a journal is left.
 * @throws PadoError ERR_PADO_INVALID or ERR_PADO_NOT_FOUND for the file and what it needs, ERR_PADO_AGENT_UNREACHABLE
 * before it began.
 */
export async function runExperiment(options: RunOptions): Promise<RunResult> {
  const environment = 'stack' in options ? localEnvironment(options.stack) : options.environment;
  const experiment = await readExperiment(options, environment);
  const needs = needsOf(experiment);
  requireParts(needs, environment);
  await environment.preflight?.(experiment);
  if (needs.aws) await (await import('../providers/aws/preflight.ts')).preflightAws(experiment, options.dry);
  const session = await openSession(options, experiment, environment);
  const { context, writer } = session;
  const { recording, signal, controls, fail, tell } = context;
  try {
    await controls.before('experiment', experiment.document).catch(fail);
    const outcome = await runPhases(context);
    const interrupted = session.isInterrupted();
    if (needs.prometheus && !interrupted) await readHistory(context);

    const stop = withRevert(recording.stop, recording.windows.during?.endMs);
    if (stop !== undefined) recording.stop = stop;
    const failed = signal.aborted && !interrupted && stop === undefined;
    const judgement = judge({
      ...outcome,
      ...{ interrupted, stop, probes: recording.probes, dry: options.dry !== undefined },
      acts: experiment.method.length > 0,
      ...(failed ? { failure: describe(signal.reason) } : {}),
    });
    const status = interrupted ? 'interrupted' : stop !== undefined ? 'aborted' : failed ? 'failed' : 'completed';
    const journal = writer.finish({ ...judgement, status, endedAt: new Date() });
    await controls.after('experiment', experiment.document, journal).catch(fail);
    tell({ type: 'phase', phase: 'done', text: judgement.reason });
    tell({ type: 'finished', journal, journalFile: writer.file });
    return { journal, journalFile: writer.file };
  } finally {
    await session.close();
  }
}

async function readExperiment(options: RunOptions, environment: Environment) {
  const { file, vars, hypothesisStrategy, hypothesisFrequencyMs, failFast, rollbackStrategy } = options;
  const experiment = await validateExperiment(file, {
    services: await environment.names(),
    ask: (provider) => askOnce(provider, environment, options.signal),
    ...(vars === undefined ? {} : { vars }),
    ...(options.secretVars === undefined ? {} : { secretVars: options.secretVars }),
  });
  const { runtime } = experiment;
  const { grafana, webhook } = options;
  return {
    ...experiment,
    ...(grafana === undefined ? {} : { grafana: { ...experiment.grafana, url: grafana } }),
    ...(webhook === undefined ? {} : { webhook: { ...experiment.webhook, url: webhook } }),
    runtime: {
      ...runtime,
      ...(hypothesisStrategy === undefined ? {} : { hypothesisStrategy }),
      frequencyMs: hypothesisFrequencyMs ?? runtime.frequencyMs,
      failFast: failFast ?? runtime.failFast,
      rollbackStrategy: rollbackStrategy ?? runtime.rollbackStrategy,
    },
  };
}

/** How long the faults outlived the miss. */
const withRevert = (stop: Stop | undefined, revertedAtMs: number | undefined): Stop | undefined =>
  stop === undefined || revertedAtMs === undefined
    ? stop
    : { ...stop, revertedAfterMs: Math.max(0, revertedAtMs - stop.atMs) };

/** Anything without a code is a defect of ours, and the run says so instead of hiding it in a verdict. */
const describe = (error: unknown): string =>
  isPadoError(error)
    ? error.message
    : `a defect in Pado: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
