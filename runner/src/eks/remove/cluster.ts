import type { Context, Step } from '../context.ts';
import { describeCluster } from '../describe-cluster.ts';
import { clusterStacks, karpenterStack, stackStatus } from '../stacks.ts';

/** eksctl's stacks may be there without a cluster: those of a creation that failed cost as much. */
async function hasEksctlStacks(context: Context): Promise<boolean> {
  return (await clusterStacks(context)).some(({ StackName }) => StackName !== karpenterStack(context));
}

export const removeCluster: Step = {
  name: 'cluster',
  what: 'deletes the cluster, its nodes, its roles and its network (eksctl delete cluster)',
  minutes: 15,
  isDone: async (context) => (await describeCluster(context)) === undefined && !(await hasEksctlStacks(context)),
  async act({ cli, cluster }) {
    await cli.run(
      ...(['eksctl', 'delete', 'cluster', '--name', cluster.name, '--region', cluster.region] as const),
      // Nothing is left to be moved elsewhere, and a budget must not keep a cluster alive.
      ...['--wait', '--disable-nodegroup-eviction', '--force'],
    );
  },
};

/** After the cluster: the role of pod identity, which eksctl deletes with it, holds this stack's policies. */
export const removeKarpenterStack: Step = {
  name: 'karpenter-stack',
  what: "deletes Karpenter's CloudFormation stack",
  minutes: 2,
  isDone: async (context) => (await stackStatus(context, karpenterStack(context))) === undefined,
  async act(context) {
    const args = ['--stack-name', karpenterStack(context), '--region', context.cluster.region];
    await context.cli.run('aws', 'cloudformation', 'delete-stack', ...args);
    await context.cli.run('aws', 'cloudformation', 'wait', 'stack-delete-complete', ...args);
  },
};
