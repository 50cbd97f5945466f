import { resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import { usageExitCode } from '../cli/errors.ts';
import { shown } from '../cli/settings.ts';
import { services } from '../contracts.ts';
import { isObject } from '../is-object.ts';
import { type Checked, checkAll, errorOf } from './checked.ts';
import { readDocuments } from './documents.ts';
import { faultOf } from './fault-file.ts';

type Kind = 'fault' | 'steady-state' | 'experiment';

export const validate: Command = {
  name: 'validate',
  summary: 'checks experiment, steady-state and fault files, and says line by line what is wrong',
  options: {},
  positional: { name: 'FILE', description: 'experiments, steady states or faults, YAML or JSON', max: 1_000 },
  examples: ['pado validate experiments/slow-payments.yaml', 'pado validate experiments/*.yaml --json'],
  async run({ positionals, settings, progress, json }) {
    const checked = await checkAll(positionals, (file) => check(file, settings.workingDirectory));
    const valid = checked.flatMap(({ file, value }) =>
      value === undefined ? [] : [`${file}: a valid ${words[value]}`],
    );
    const error = errorOf(checked);
    const document = { valid: error === undefined, files: checked.map(describe) };
    if (error === undefined) return { json: document, text: valid.join('\n') };
    // As a command's own failure reads, with what is right beside it.
    const { code, message, details } = error;
    progress(`${json ? '' : 'pado: '}${message} [${code}]`);
    return {
      exitCode: usageExitCode,
      json: { ...document, error: { code, message, details } },
      text: valid.join('\n'),
    };
  },
};

const words: Readonly<Record<Kind, string>> = {
  fault: 'fault',
  'steady-state': 'steady state',
  experiment: 'experiment',
};

const describe = ({ file, value, findings }: Checked<Kind>) => ({
  file,
  valid: value !== undefined,
  ...(value === undefined ? {} : { kind: value }),
  findings,
});

/** A file is what its first document says that it is; whatever names no kind is taken for an experiment. */
async function check(file: string, directory: string): Promise<Kind> {
  const documents = await readDocuments(file, directory);
  if (documents.some(({ value }) => isFault(value))) {
    const queue = [...documents];
    const checked = await checkAll(
      documents.map(() => file),
      async (of) => faultOf(of, queue.shift()!),
    );
    const error = errorOf(checked);
    if (error !== undefined) throw error;
    return 'fault';
  }
  const path = shown(resolve(directory, file));
  if (documents.length === 1 && isSteadyState(documents[0]?.value)) {
    const { validateSteadyState } = await import('./steady-state-file.ts');
    await validateSteadyState(path, { services });
    return 'steady-state';
  }
  const { validateExperiment } = await import('../experiment/validate.ts');
  await validateExperiment(path, { services });
  return 'experiment';
}

const isFault = (value: unknown): boolean =>
  isObject(value) && ('kind' in value ? value.kind === 'Fault' : 'spec' in value);

const isSteadyState = (value: unknown): boolean =>
  isObject(value) && 'probes' in value && !('method' in value) && !('steady-state-hypothesis' in value);
