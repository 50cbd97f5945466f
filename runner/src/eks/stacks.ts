import { aws, awsMaybe, type Context } from './context.ts';

interface Stack {
  readonly StackName: string;
  readonly StackStatus: string;
}

export const karpenterStack = ({ cluster }: Context): string => `Karpenter-${cluster.name}`;

export async function stackStatus(context: Context, name: string): Promise<string | undefined> {
  const found = await awsMaybe<{ Stacks: Stack[] }>(context, 'cloudformation', 'describe-stacks', '--stack-name', name);
  return found?.Stacks[0]?.StackStatus;
}

/** Every stack of the cluster's that is still there: eksctl's and Karpenter's. */
export async function clusterStacks(context: Context): Promise<Stack[]> {
  const { Stacks } = await aws<{ Stacks: Stack[] }>(context, 'cloudformation', 'describe-stacks');
  const { name } = context.cluster;
  const suffixes = ['cluster', 'nodegroup-', 'addon-', 'fargate', 'podidentityrole-'];
  return Stacks.filter(
    ({ StackName }) =>
      StackName === karpenterStack(context) ||
      // Not by the prefix alone: pado must not take pado-auto's for its own.
      suffixes.some((suffix) => StackName.startsWith(`eksctl-${name}-${suffix}`)),
  );
}
