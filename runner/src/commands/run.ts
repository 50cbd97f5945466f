import { resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import { shown } from '../cli/settings.ts';
import { clusterOptions, k6Image, onKubernetes } from '../kubernetes/options.ts';
import { paths } from '../stack/paths.ts';
import { readPolicies } from '../stack/policies.ts';
import { requireStack } from '../stack/stack-file.ts';
import { watchStack } from '../stack/watch.ts';
import { outcomeOf, type RunSummary, summary, watched } from './watched.ts';

export const run: Command = {
  name: 'run',
  summary: 'runs experiments against the running shop, one after the other, and gives a verdict',
  options: {
    ...clusterOptions,
    prometheus: {
      type: 'string',
      value: 'URL',
      description: 'where Prometheus is',
      default: 'the Service prometheus, through a port-forward',
    },
    gateway: {
      type: 'string',
      value: 'URL',
      description: "where the shop's front is",
      default: 'the Service gateway, through a port-forward',
    },
    load: {
      type: 'string',
      value: 'local|job|none',
      description: 'where k6 runs on Kubernetes: here, as a Job, or not at all',
      default: 'local; inside a pod, job',
    },
    'k6-image': { type: 'string', value: 'IMAGE', description: 'the image of a load that is a Job', default: k6Image },
  },
  positional: { name: 'FILE', description: 'experiments, YAML or JSON', max: 1_000 },
  examples: [
    'pado run experiments/slow-payments.yaml',
    'pado run experiments/slow-payments.yaml --kubernetes --namespace shop',
  ],
  async run(invocation) {
    const { positionals, settings } = invocation;
    const files = positionals.map((file) => shown(resolve(settings.workingDirectory, file)));
    const { validateExperiment } = await import('../experiment/validate.ts');
    // A mistake in the last file is told before the first one has run.
    for (const file of files) await validateExperiment(file);
    if (onKubernetes(invocation)) {
      const { runOnKubernetes } = await import('../kubernetes/commands/run.ts');
      return runOnKubernetes(invocation, files);
    }
    const stack = await requireStack(paths(settings.project).stackFile);
    const policies = (await readPolicies(stack.policiesFile))?.preset ?? 'unknown';
    const { promise: died, reject } = Promise.withResolvers<never>();
    died.catch(() => {}); // the run in progress tells
    using _watch = watchStack(stack, reject);
    using view = await watched(invocation);
    const runs: RunSummary[] = [];
    for (const file of files) runs.push(summary(await view.run({ file, stack, policies, died })));
    return outcomeOf(runs);
  },
};
