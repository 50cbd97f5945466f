import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Invocation } from '../../cli/command.ts';
import { number, url } from '../../cli/values.ts';
import type { Dry } from '../../experiment/context.ts';
import type { RunOptions } from '../../experiment/run.ts';
import { junit as toJunit } from './junit.ts';
import { readVariables, type Variables } from './vars.ts';

type Own = 'file' | 'policies' | 'directory' | 'signal' | 'listener' | 'died';
/** The part of {@link RunOptions} that is the same for every run of a command line. */
export type Chosen = Omit<Pick<RunOptions, keyof RunOptions>, Own> & Pick<Variables, 'vars' | 'secretVars'>;

export interface RunSettings {
  readonly chosen: Chosen;
  readonly repeat: number;
  /** Absolute. */
  readonly junit: string | undefined;
}

/** Reads the options of `pado run`; the files that it is to write can be written, or it says so at once. */
export async function readRunSettings({ values, settings }: Invocation): Promise<RunSettings> {
  const { workingDirectory } = settings;
  const at = (file: string | undefined) => (file === undefined ? undefined : resolve(workingDirectory, file));
  const seconds = number(values, 'hypothesis-frequency', { min: 0.1, max: 3_600 });
  const repeat = number(values, 'repeat', { min: 1, max: 100, whole: true }) ?? 1;
  const events = at(values.string('events'));
  const junit = at(values.string('junit'));
  const chosen = {
    dry: values.string('dry') as Dry | undefined,
    hypothesisStrategy: values.string('hypothesis-strategy') as RunOptions['hypothesisStrategy'],
    hypothesisFrequencyMs: seconds === undefined ? undefined : seconds * 1_000,
    failFast: values.boolean('fail-fast') ? true : undefined,
    rollbackStrategy: values.string('rollback-strategy') as RunOptions['rollbackStrategy'],
    events,
    grafana: url(values, 'grafana'),
    webhook: url(values, 'webhook'),
  };
  const { environment, ...variables } = await readVariables(
    values.strings('var'),
    values.strings('var-file'),
    workingDirectory,
  );
  // As with `chaos run`: whatever looks into the environment, child processes included, finds them there.
  Object.assign(settings.environment, environment);
  if (events !== undefined) await begin(events, '--events');
  // Should nothing be run, an older result must not be taken for this one's.
  if (junit !== undefined) await begin(junit, '--junit', toJunit([]));
  return { chosen: { ...variables, ...defined(chosen) } as Chosen, repeat, junit };
}

/** Makes a file, or begins it anew. What is no file (a pipe, /dev/stderr) is left to whoever reads it. */
async function begin(file: string, option: string, text = ''): Promise<void> {
  try {
    const found = await lstat(file).catch(() => undefined);
    if (found !== undefined && !found.isFile() && !found.isDirectory()) return;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    const message = `${option} ${file}: it cannot be written: ${(cause as Error).message}`;
    throw new PadoError('ERR_PADO_USAGE', message, { cause });
  }
}

const defined = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
