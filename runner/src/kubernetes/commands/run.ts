import { join } from 'node:path';
import type { Invocation } from '../../cli/command.ts';
import { usage } from '../../cli/parse.ts';
import { url } from '../../cli/values.ts';
import type { Where } from '../../commands/run/where.ts';
import { thisMachine } from '../../providers/protected.ts';
import { ensureTool } from '../../tools/tools.ts';
import { clusterEnvironment } from '../environment.ts';
import type { LoadMode } from '../load-modes.ts';
import { cluster, k6Image } from '../options.ts';
import { policiesName } from '../policies.ts';

/** A namespace of a cluster as the place where experiments run. */
export async function whereInCluster(invocation: Invocation): Promise<Where> {
  const { values, settings, signal, progress } = invocation;
  if (values.string('agent') !== undefined) throw usage('--agent names a local agent: it cannot be with --kubernetes');
  using opened = new DisposableStack();
  const client = await cluster(invocation);
  opened.defer(() => client.close());
  const environment = await clusterEnvironment(client, {
    prometheus: url(values, 'prometheus'),
    gateway: url(values, 'gateway'),
    // Inside a pod there is no k6, and no reason to have one.
    load: (values.string('load') as LoadMode | undefined) ?? (client.inCluster ? 'job' : 'local'),
    k6Image: values.string('k6-image') ?? k6Image,
    k6: () =>
      ensureTool('k6', {
        folder: join(settings.installation, '.tools'),
        environment: settings.environment,
        signal,
        progress,
      }),
    note: progress,
    whereabouts: thisMachine(settings.environment),
  });
  opened.use(environment);
  const policies = await policiesName(client);
  const open = opened.move();
  return { environment, policies, hasShop: true, [Symbol.dispose]: () => open.dispose() };
}
