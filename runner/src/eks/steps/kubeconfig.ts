import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Step } from '../context.ts';

/** Written at each run: it is quick, and what it held before may be of a cluster that is gone. The user's own stays as it is. */
export const kubeconfig: Step = {
  name: 'kubeconfig',
  what: 'a kubeconfig of its own under .pado/eks',
  minutes: 1,
  isDone: async () => false,
  async act({ cli, cluster, kubeconfig: file }) {
    await mkdir(dirname(file), { recursive: true });
    await cli.run(
      ...(['aws', 'eks', 'update-kubeconfig', '--name', cluster.name, '--region', cluster.region] as const),
      ...['--alias', cluster.name, '--kubeconfig', file],
    );
  },
};
