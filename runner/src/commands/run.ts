import { join, resolve } from 'node:path';
import { isPadoError } from '@pado/fault';
import type { Command, Invocation } from '../cli/command.ts';
import { exitCodeOf } from '../cli/errors.ts';
import { shown } from '../cli/settings.ts';
import { intentJournal } from '../intents/journal.ts';
import { leftBehind } from '../intents/told.ts';
import { onKubernetes } from '../kubernetes/options.ts';
import { paths } from '../stack/paths.ts';
import { runOptions } from './run/options.ts';

export const run: Command = {
  name: 'run',
  summary: 'runs experiments one after the other, against the shop or without one, and gives a verdict',
  options: runOptions,
  positional: { name: 'FILE', description: 'experiments, YAML or JSON', max: 1_000 },
  examples: [
    'pado run experiments/slow-payments.yaml',
    'pado run experiments/*.yaml --repeat 3 --junit results.xml',
    'pado run chaos-toolkit.json --var url=http://127.0.0.1:8080 --dry actions',
    'pado run experiments/slow-payments.yaml --kubernetes --namespace shop',
  ],
  // `chaos run` knows 2 for its command line alone, and 1 for all else.
  exitCodeOf: (error, values) =>
    values.boolean('chaostoolkit-exit-codes') && !(isPadoError(error) && error.code === 'ERR_PADO_USAGE')
      ? 1
      : exitCodeOf(error),
  async run(invocation) {
    const { positionals, settings } = invocation;
    const files = positionals.map((file) => shown(resolve(settings.workingDirectory, file)));
    const isCluster = onKubernetes(invocation);
    await tellLeftBehind(invocation);
    const { runFiles } = await import('./run/files.ts');
    if (!isCluster) return runFiles(invocation, files, (await import('./run/where.ts')).whereLocally);
    const { whereInCluster } = await import('../kubernetes/commands/run.ts');
    return runFiles(invocation, files, whereInCluster);
  },
};

async function tellLeftBehind({ settings, progress }: Invocation): Promise<void> {
  const left = await leftBehind(intentJournal(join(paths(settings.project).state, 'intents')));
  if (left !== undefined) progress(left);
}
