import { resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import { shown } from '../cli/settings.ts';
import { paths } from '../stack/paths.ts';
import { readPolicies } from '../stack/policies.ts';
import { requireStack } from '../stack/stack-file.ts';
import { watchStack } from '../stack/watch.ts';
import { exitCodeOfAll } from './verdicts.ts';
import { type RunSummary, summary, watched } from './watched.ts';

export const run: Command = {
  name: 'run',
  summary: 'runs experiments against the running shop, one after the other, and gives a verdict',
  options: {},
  positional: { name: 'FILE', description: 'experiments, YAML or JSON', max: 1_000 },
  examples: ['pado run experiments/slow-payments.yaml'],
  async run(invocation) {
    const { positionals, settings } = invocation;
    const files = positionals.map((file) => shown(resolve(settings.workingDirectory, file)));
    const { validateExperiment } = await import('../experiment/validate.ts');
    // A mistake in the last file is told before the first one has run.
    for (const file of files) await validateExperiment(file);
    const stack = await requireStack(paths(settings.project).stackFile);
    const policies = (await readPolicies(stack.policiesFile))?.preset ?? 'unknown';
    const { promise: died, reject } = Promise.withResolvers<never>();
    died.catch(() => {}); // the run in progress tells
    using _watch = watchStack(stack, reject);
    using view = await watched(invocation);
    const runs: RunSummary[] = [];
    for (const file of files) runs.push(summary(await view.run({ file, stack, policies, died })));
    const text = runs.map(({ verdict, reason, journalFile }) => `${verdict}: ${reason}\n${journalFile}`).join('\n');
    return { exitCode: exitCodeOfAll(runs.map(({ verdict }) => verdict)), json: { runs }, text };
  },
};
