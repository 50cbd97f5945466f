import { resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import { shown } from '../cli/settings.ts';
import { services } from '../contracts.ts';
import { readDocuments } from './documents.ts';
import { faultOf } from './fault-file.ts';

export const validate: Command = {
  name: 'validate',
  summary: 'checks experiment and fault files, and says line by line what is wrong',
  options: {},
  positional: { name: 'FILE', description: 'experiments or faults, YAML or JSON', max: 1_000 },
  examples: ['pado validate experiments/slow-payments.yaml'],
  async run({ positionals, settings }) {
    const { workingDirectory } = settings;
    const files = [];
    for (const file of positionals) files.push({ file, kind: await check(file, workingDirectory) });
    return { json: { valid: true, files }, text: files.map(({ file, kind }) => `${file}: a valid ${kind}`).join('\n') };
  },
};

/** A file is what its first document says that it is; whatever names no kind is taken for an experiment. */
async function check(file: string, directory: string): Promise<'fault' | 'experiment'> {
  const documents = await readDocuments(file, directory);
  if (documents.some(({ value }) => isFault(value))) {
    for (const document of documents) faultOf(file, document);
    return 'fault';
  }
  const { validateExperiment } = await import('../experiment/validate.ts');
  await validateExperiment(shown(resolve(directory, file)), { services });
  return 'experiment';
}

const isFault = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('kind' in value ? value.kind === 'Fault' : 'spec' in value);
