import { aws, awsMaybe, type Context } from './context.ts';

interface Stack {
  readonly StackName: string;
  readonly StackStatus: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
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
  return Stacks.filter((stack) => stack.StackName === karpenterStack(context) || isEksctls(stack, name));
}

/** By the tag that eksctl sets: by names alone, pado would take stacks of pado-auto or pado-addon-x for its own. */
function isEksctls({ StackName, Tags = [] }: Stack, cluster: string): boolean {
  const start = `eksctl-${cluster}-`;
  if (!StackName.startsWith(start)) return false;
  const tag = Tags.find(({ Key }) => Key === 'alpha.eksctl.io/cluster-name');
  if (tag !== undefined) return tag.Value === cluster;
  const rest = StackName.slice(start.length);
  return /^(cluster$|fargate$|nodegroup-|addon-|podidentityrole-)/.test(rest);
}
