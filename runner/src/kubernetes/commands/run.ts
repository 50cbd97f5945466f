import { join } from 'node:path';
import type { Invocation, Outcome } from '../../cli/command.ts';
import { meant, usage } from '../../cli/parse.ts';
import { outcomeOf, type RunSummary, summary, watched } from '../../commands/watched.ts';
import { ensureTool } from '../../tools/tools.ts';
import { clusterEnvironment, loadModes } from '../environment.ts';
import { cluster, k6Image } from '../options.ts';
import { policiesName } from '../policies.ts';

/** Runs experiments against a namespace of a cluster, one after the other. */
export async function runOnKubernetes(invocation: Invocation, files: readonly string[]): Promise<Outcome> {
  const { values, settings, signal, progress } = invocation;
  const asked = values.string('load');
  const wanted = asked === undefined ? undefined : loadMode(asked);
  const prometheus = address(values.string('prometheus'), '--prometheus');
  const gateway = address(values.string('gateway'), '--gateway');
  const client = await cluster(invocation);
  // Inside a pod there is no k6, and no reason to have one.
  const load = wanted ?? (client.inCluster ? 'job' : 'local');
  try {
    using environment = await clusterEnvironment(client, {
      prometheus,
      gateway,
      load,
      k6Image: values.string('k6-image') ?? k6Image,
      k6: () =>
        ensureTool('k6', {
          folder: join(settings.installation, '.tools'),
          environment: settings.environment,
          signal,
          progress,
        }),
      note: progress,
    });
    const policies = await policiesName(client);
    using view = await watched(invocation);
    const runs: RunSummary[] = [];
    for (const file of files) runs.push(summary(await view.run({ file, environment, policies })));
    return outcomeOf(runs);
  } finally {
    client.close();
  }
}

function loadMode(text: string): (typeof loadModes)[number] {
  const mode = loadModes.find((one) => one === text);
  if (mode === undefined) throw usage(`--load ${text}: not one of ${loadModes.join(', ')}${meant(text, loadModes)}`);
  return mode;
}

function address(text: string | undefined, option: string): string | undefined {
  if (text === undefined) return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw usage(`${option} ${text}: not a URL such as http://127.0.0.1:9090`);
  return text;
}
