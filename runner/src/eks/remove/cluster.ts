import type { Context, Step } from '../context.ts';
import { describeCluster } from '../describe-cluster.ts';
import { clusterStacks, karpenterStack, stackStatus } from '../stacks.ts';
import { nodeRole, profiles } from './profiles.ts';

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
    // Its deletion would fail at the role, after it had taken policies and queue from whoever uses the role.
    // The own ones are deleted by now, though IAM may name them for some seconds yet.
    const holders = (await profiles(context))
      .filter(({ whose }) => whose !== 'own')
      .map(({ name, region }) => `${name} (${region ?? 'no tag of a region'})`);
    if (holders.length > 0) {
      const stack = karpenterStack(context);
      context.progress(`  stack ${stack} stays: its role ${nodeRole(context)} is in use by ${holders.join(', ')}`);
      return;
    }
    const args = ['--stack-name', karpenterStack(context), '--region', context.cluster.region];
    await context.cli.run('aws', 'cloudformation', 'delete-stack', ...args);
    await context.cli.run('aws', 'cloudformation', 'wait', 'stack-delete-complete', ...args);
  },
};
