import { join, resolve } from 'node:path';
import { isPadoError } from '@pado/fault';
import type { Journal, Listener, StackFile } from '../contracts.ts';
import { openEventLog } from '../journal/event-log.ts';
import { toJournal } from '../journal/journal.ts';
import { newRecording } from '../journal/recording.ts';
import { makeRunDirectory } from '../journal/run-directory.ts';
import { prometheus as connect } from '../providers/prometheus.ts';
import { replaceFile } from '../stack/files.ts';
import type { RunContext } from './context.ts';
import { type Environment, localEnvironment } from './environment.ts';
import { readHistory } from './history.ts';
import { runPhases } from './phases.ts';
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
}

export interface RunResult {
  readonly journal: Journal;
  readonly journalFile: string;
}

/**
 * Runs an experiment: load, steady state, method, recovery, verdict. However the run ends, faults are reverted, the load
 * is stopped and a journal is left.
 * @throws PadoError ERR_PADO_INVALID or ERR_PADO_NOT_FOUND for the file, ERR_PADO_AGENT_UNREACHABLE before it began.
 */
export async function runExperiment(options: RunOptions): Promise<RunResult> {
  const { policies, died } = options;
  const environment = 'stack' in options ? localEnvironment(options.stack) : options.environment;
  const experiment = await validateExperiment(options.file, { services: await environment.names() });
  await environment.preflight?.(experiment);
  const recording = newRecording(new Date());
  const runs = resolve(options.directory ?? join('.pado', 'runs'));
  const directory = await makeRunDirectory(runs, experiment.name, policies, recording.startedAt);
  const log = openEventLog(join(directory.path, 'events.ndjson'));
  const tell: Listener = (event) => {
    log.append(event);
    options.listener(event);
  };
  const failure = new AbortController();
  const fail = (error: unknown) => failure.abort(error);
  died?.catch(fail);
  // Its reason is the first one: what fails later fails because of it.
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const prometheus = connect(environment.prometheusUrl);
  const { agent } = environment;
  const context: RunContext = { experiment, environment, agent, prometheus, directory, recording, tell, signal, fail };

  tell({ type: 'started', id: directory.id, title: experiment.title, policies, directory: directory.path });
  const { faults, load } = await runPhases(context);
  const interrupted = signal.aborted && signal.reason === options.signal.reason;
  if (!interrupted) await readHistory(context);

  const judgement = judge({
    interrupted,
    ...(signal.aborted && !interrupted ? { failure: describe(signal.reason) } : {}),
    probes: recording.probes,
    faults,
    acts: experiment.method.length > 0,
    ...(load === undefined ? {} : { load }),
  });
  const status = interrupted ? 'interrupted' : signal.aborted ? 'failed' : 'completed';
  const journal = toJournal(experiment, recording, judgement, {
    id: directory.id,
    policies,
    status,
    endedAt: new Date(),
  });
  const journalFile = join(directory.path, 'journal.json');
  await replaceFile(journalFile, `${JSON.stringify(journal, null, 1)}\n`, 0o644);
  tell({ type: 'phase', phase: 'done', text: judgement.reason });
  tell({ type: 'finished', journal, journalFile });
  log.close();
  return { journal, journalFile };
}

/** Anything without a code is a defect of ours, and the run says so instead of hiding it in a verdict. */
const describe = (error: unknown): string =>
  isPadoError(error)
    ? error.message
    : `a defect in Pado: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
