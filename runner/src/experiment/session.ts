import { join, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Listener, Stop } from '../contracts.ts';
import { newRecording } from '../journal/recording.ts';
import { makeRunDirectory } from '../journal/run-directory.ts';
import { type JournalWriter, journalWriter } from '../journal/writer.ts';
import { eventFile } from '../notify/event-file.ts';
import { openNotifiers } from '../notify/notifiers.ts';
import type { AwsProvider } from '../providers/aws/provider.ts';
import type { AgentApi } from '../providers/fault/agent-api.ts';
import { prometheus as connect, type Prometheus } from '../providers/prometheus.ts';
import type { RunContext } from './context.ts';
import { openControls } from './controls.ts';
import type { Environment } from './environment.ts';
import type { Experiment } from './experiment.ts';
import { needsOf } from './needs.ts';
import type { RunOptions } from './run.ts';
import { concealer } from './shown.ts';

/** A run that has a folder, a journal and ears. */
export interface Session {
  readonly context: RunContext;
  readonly writer: JournalWriter;
  /** Whether it was the user who ended the run, and not a failure or a stop condition. */
  readonly isInterrupted: () => boolean;
  readonly close: () => Promise<void>;
}

/** Opens whatever a run writes to and asks. @throws PadoError before anything was done to the system */
export async function openSession(
  options: RunOptions,
  experiment: Experiment,
  environment: Environment,
): Promise<Session> {
  const { policies, dry } = options;
  const recording = newRecording(new Date());
  const runs = resolve(options.directory ?? join('.pado', 'runs'));
  const directory = await makeRunDirectory(runs, experiment.name, policies, recording.startedAt);
  const writer = journalWriter(join(directory.path, 'journal.json'), {
    ...{ experiment, recording, id: directory.id, policies, dry: dry !== undefined },
  });
  const conceal = concealer(experiment);
  const tell: Listener = (told) => {
    const event = conceal(told);
    log.listener(event);
    notifiers.listener(event);
    if (event.type === 'phase') writer.write();
    options.listener(event);
  };
  const log = eventFile({ file: join(directory.path, 'events.ndjson'), tell: (event) => tell(event) });
  const notifiers = openNotifiers(experiment, {
    ...{ environment: process.env, tell, eventFile: options.events, json: options.json },
  });

  const failure = new AbortController();
  // Its reason is the first one: what fails later fails because of it.
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const fail = (error: unknown) => failure.abort(error);
  const stop = (reason: Stop) => {
    if (signal.aborted) return;
    recording.stop = reason;
    tell({ type: 'stop', stop: reason });
    fail(new PadoError('ERR_PADO_PROVIDER', reason.reason));
  };
  options.died?.catch(fail);
  tell({ type: 'started', id: directory.id, title: experiment.title, policies, directory: directory.path });
  for (const text of experiment.warnings) tell({ type: 'note', level: 'warning', text });
  const { controls, python } = await openControls(experiment, { signal, tell, stop, more: options.pace?.(signal) });
  const { configuration, secrets } = experiment;
  const aws = needsOf(experiment).aws ? await openAws(runs, environment, tell) : undefined;
  const onWarning = (warning: string, query: string) =>
    tell({ type: 'note', level: 'warning', text: `Prometheus warns of ${query}: ${warning}` });
  const prometheus =
    environment.prometheusUrl === undefined ? nowhere : connect(environment.prometheusUrl, { onWarning });
  return {
    writer,
    context: {
      ...{ experiment, environment, prometheus, directory, recording, dry, tell, signal, fail, stop, controls },
      agent: environment.agent ?? nobody,
      asking: {
        ...{ prometheus, python, kubernetes: environment.kubernetes, aws },
        call: { signal, configuration, secrets, cwd: process.cwd() },
      },
    },
    isInterrupted: () => recording.stop === undefined && signal.aborted && signal.reason === options.signal.reason,
    close: async () => {
      await python?.close();
      aws?.close();
      await notifiers.close();
      await log.close();
    },
  };
}

/** Loaded for experiments that use it: the SDK is large. */
async function openAws(runs: string, { cluster }: Environment, tell: Listener): Promise<AwsProvider> {
  const { openAwsProvider } = await import('../providers/aws/open.ts');
  return openAwsProvider({ runs, cluster, note: (level, text) => tell({ type: 'note', level, text }) });
}

/** What an experiment needs is checked before the run: whoever comes here is a defect. */
const absent = <T extends object>(error: () => PadoError): T =>
  new Proxy({} as T, { get: () => () => Promise.reject(error()) });
const nowhere = absent<Prometheus>(() => new PadoError('ERR_PADO_PROMETHEUS', 'no Prometheus is known'));
const nobody = absent<AgentApi>(() => new PadoError('ERR_PADO_AGENT_UNREACHABLE', 'no agent is known'));
