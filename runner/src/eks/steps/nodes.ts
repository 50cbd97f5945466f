import { join } from 'node:path';
import { aws, type Context, helm, releases, type Step } from '../context.ts';

/** The newest image, by its own version: nodes that come later in the workshop are then like those that came first. */
async function amiAlias(context: Context): Promise<string> {
  const path = `/aws/service/eks/optimized-ami/${context.cluster.version}/amazon-linux-2023/x86_64/standard/recommended`;
  const { Parameter } = await aws<{ Parameter: { Value: string } }>(
    ...([context, 'ssm', 'get-parameter', '--name', `${path}/release_version`] as const),
  );
  // Such as 1.35.2-20261110.
  const date = /-(\d{8})$/.exec(Parameter.Value)?.[1];
  return date === undefined ? 'al2023@latest' : `al2023@v${date}`;
}

export const nodes: Step = {
  name: 'node-pools',
  what: 'the pools of nodes that experiments may fail (charts/karpenter-nodes)',
  minutes: 1,
  isDone: async (context) => (await releases(context, 'kube-system')).has('karpenter-nodes'),
  async act(context) {
    const { name, form } = context.cluster;
    const chart = join(context.root, 'charts/karpenter-nodes');
    const own = form === 'auto' ? ['-f', join(chart, 'values-auto.yaml')] : [];
    const image = form === 'auto' ? [] : ['--set', `nodeClass.amiAlias=${await amiAlias(context)}`];
    await helm(
      ...([context, 'upgrade', '--install', 'karpenter-nodes', chart, '-n', 'kube-system', ...own] as const),
      ...['--set', `clusterName=${name}`, ...image, '--wait'],
    );
  },
};
