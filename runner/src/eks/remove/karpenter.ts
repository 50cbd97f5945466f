import { aws, type Context, helm, kube, type Step } from '../context.ts';
import { isReachable } from './apps.ts';
import { nodeRole, profiles } from './profiles.ts';

interface Reservations {
  readonly Reservations: readonly { readonly Instances: readonly { readonly InstanceId: string }[] }[];
}

/** Those that Karpenter started for this cluster and that are not gone. */
export async function karpenterInstances(context: Context): Promise<string[]> {
  const { name } = context.cluster;
  const { Reservations } = await aws<Reservations>(
    ...([
      context,
      'ec2',
      'describe-instances',
      '--filters',
      `Name=tag:kubernetes.io/cluster/${name},Values=owned`,
    ] as const),
    ...['Name=tag-key,Values=karpenter.sh/nodepool'],
    'Name=instance-state-name,Values=pending,running,stopping,stopped',
  );
  return Reservations.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId));
}

/** While Karpenter is there to end its instances: with it gone they would run, and cost, for ever. */
export const removeNodeClaims: Step = {
  name: 'node-claims',
  what: "deletes Karpenter's pools and claims, and waits until their instances are gone",
  minutes: 6,
  async isDone(context) {
    if (context.cluster.form === 'fargate' || !(await isReachable(context))) return true;
    const kinds = await kube(context, 'get', 'crd', '-o', 'name');
    return !kinds.includes('nodeclaims.karpenter.sh');
  },
  async act(context) {
    // The pools first, else they would claim anew.
    for (const kind of ['nodepools.karpenter.sh', 'nodeclaims.karpenter.sh']) {
      const { code } = await context.cli.ask(
        ...(['kubectl', '--kubeconfig', context.kubeconfig, 'delete', kind, '--all', '--timeout=15m'] as const),
      );
      // What Karpenter could not end is ended below, by its tags; the cluster's end takes the objects along.
      if (code !== 0) context.progress(`  ${kind} are not all gone in time; their instances are ended directly`);
    }
    await helm(context, 'uninstall', 'karpenter-nodes', '-n', 'kube-system', '--ignore-not-found');
  },
};

export const removeStrayInstances: Step = {
  name: 'stray-instances',
  what: 'terminates instances that Karpenter has left',
  minutes: 2,
  isDone: async (context) => context.cluster.form !== 'nodes' || (await karpenterInstances(context)).length === 0,
  async act(context) {
    const ids = await karpenterInstances(context);
    await aws(context, 'ec2', 'terminate-instances', '--instance-ids', ...ids);
    await context.cli.run(
      ...(['aws', 'ec2', 'wait', 'instance-terminated', '--instance-ids', ...ids] as const),
      ...['--region', context.cluster.region],
    );
  },
};

export const removeKarpenter: Step = {
  name: 'karpenter',
  what: 'uninstalls Karpenter, now that nothing of its own runs',
  minutes: 1,
  isDone: async (context) => context.cluster.form !== 'nodes' || !(await isReachable(context)),
  act: async (context) =>
    void (await helm(context, 'uninstall', 'karpenter', '-n', 'kube-system', '--ignore-not-found', '--wait')),
};

/**
 * Its instance profiles and launch templates: the role cannot be deleted while a profile holds it. Only profiles that are
 * this cluster's by their tags: one without its profile, a cluster in another region can start no node.
 */
export const removeKarpenterLeftovers: Step = {
  name: 'karpenter-leftovers',
  what: 'removes instance profiles and launch templates that Karpenter has made',
  minutes: 1,
  isDone: async (context) =>
    context.cluster.form !== 'nodes' ||
    ((await ownProfiles(context)).length === 0 && (await launchTemplates(context)).length === 0),
  async act(context) {
    for (const profile of await ownProfiles(context)) {
      const named = ['--instance-profile-name', profile];
      await aws(context, 'iam', 'remove-role-from-instance-profile', ...named, '--role-name', nodeRole(context));
      await aws(context, 'iam', 'delete-instance-profile', ...named);
    }
    for (const id of await launchTemplates(context))
      await aws(context, 'ec2', 'delete-launch-template', '--launch-template-id', id);
  },
};

async function ownProfiles(context: Context): Promise<string[]> {
  return (await profiles(context)).filter(({ whose }) => whose === 'own').map(({ name }) => name);
}

async function launchTemplates(context: Context): Promise<string[]> {
  const filter = `Name=tag:eks:eks-cluster-name,Values=${context.cluster.name}`;
  const { LaunchTemplates } = await aws<{ LaunchTemplates: { LaunchTemplateId: string }[] }>(
    ...([context, 'ec2', 'describe-launch-templates', '--filters', filter] as const),
    'Name=tag-key,Values=karpenter.sh/nodepool',
  );
  return LaunchTemplates.map(({ LaunchTemplateId }) => LaunchTemplateId);
}
