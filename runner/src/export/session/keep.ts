import { readFile } from 'node:fs/promises';
import { PadoError } from '@pado/fault';
import type { Invocation } from '../../cli/command.ts';
import type { Where } from '../../commands/run/where.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import { parseSource } from '../../experiment/source.ts';
import { validateExperiment } from '../../experiment/validate.ts';
import { isObject } from '../../is-object.ts';
import { replaceFile } from '../../stack/files.ts';
import { paths } from '../../stack/paths.ts';
import { identify, type ProcessId } from '../../stack/process-table.ts';
import { toNative } from '../native.ts';
import { startKeeper } from './keeper.ts';
import { serve } from './serve.ts';
import { removeSession, sessionFiles, writeSession } from './state.ts';

interface Options {
  readonly invocation: Invocation;
  readonly run: string;
  /** The exported file. */
  readonly file: string;
  /** The configuration's values as `chaos` has them, in YAML. */
  readonly values: string;
  readonly caller: ProcessId | undefined;
  readonly findWhere: (experiments: readonly Experiment[]) => Promise<Where>;
}

/** Runs what an exported file keeps in its steps, until its `chaos` has ended it or has gone. */
export async function keep({ invocation, run, file, values, caller, findWhere }: Options): Promise<void> {
  const { settings, signal } = invocation;
  const { state, runs } = paths(settings.project);
  const files = sessionFiles(state, run);
  const native = toNative(await read(file), file);
  await replaceFile(files.experiment, `${JSON.stringify(native, null, 2)}\n`, 0o600);
  const vars = valuesOf(values);
  const experiment = await validateExperiment(files.experiment, { vars });
  using where = await findWhere([experiment]);
  const { environment, policies, died } = where;
  const keeper = startKeeper({
    run: {
      ...{ file: files.experiment, environment, policies, vars, directory: runs },
      ...(died === undefined ? {} : { died }),
    },
    probes: (experiment.hypothesis?.probes ?? []).map(({ name }) => name),
    acts: experiment.method.length > 0,
    caller,
    signal,
  });
  const served = await serve(keeper);
  const own = identify(process.pid);
  if (own === undefined) throw new PadoError('ERR_PADO_INTERNAL', 'the steps of an exported experiment need /proc');
  await writeSession(files.session, { ...own, url: served.url, token: served.token, caller: caller ?? null });
  try {
    await keeper.over;
  } finally {
    await removeSession(files.session);
    served.close();
  }
}

async function read(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const message = `there is no file ${file}: run chaos in the folder from which the experiment was exported, or tell where it is with --var pado_file=FILE`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message, { cause });
  }
  const source = parseSource(text);
  if ('value' in source) return source.value;
  throw new PadoError('ERR_PADO_INVALID', `${file}: ${source.faults[0]?.message ?? 'not YAML'}`);
}

function valuesOf(text: string): Record<string, unknown> {
  const source = parseSource(text);
  if ('value' in source && isObject(source.value)) return source.value;
  throw new PadoError('ERR_PADO_USAGE', `these are not values by name: ${text}`);
}
