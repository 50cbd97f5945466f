import { join } from 'node:path';
import { aws, type Context, helm, releases, type Step } from '../context.ts';
import { karpenterChart, versions } from '../versions.ts';
import { controllerPolicies } from './karpenter-stack.ts';
import { podIdentities } from './parts.ts';

async function nodeRole(context: Context): Promise<string> {
  const { Role } = await aws<{ Role: { Arn: string } }>(
    ...([context, 'iam', 'get-role', '--role-name', `KarpenterNodeRole-${context.cluster.name}`] as const),
  );
  return Role.Arn;
}

export const nodeAccess: Step = {
  name: 'node-access',
  what: "an access entry, by which Karpenter's nodes may join",
  minutes: 1,
  async isDone(context) {
    const { accessEntries } = await aws<{ accessEntries: string[] }>(
      ...([context, 'eks', 'list-access-entries', '--cluster-name', context.cluster.name] as const),
    );
    return accessEntries.includes(await nodeRole(context));
  },
  async act(context) {
    await aws(
      ...([context, 'eks', 'create-access-entry', '--cluster-name', context.cluster.name] as const),
      ...['--principal-arn', await nodeRole(context), '--type', 'EC2_LINUX'],
    );
  },
};

export const karpenterIdentity: Step = {
  name: 'karpenter-identity',
  what: "the controller's rights, by pod identity",
  minutes: 1,
  isDone: async (context) => (await podIdentities(context)).includes('kube-system/karpenter'),
  async act(context) {
    const { name, region } = context.cluster;
    await context.cli.run(
      ...(['eksctl', 'create', 'podidentityassociation', '--cluster', name, '--region', region] as const),
      ...['--namespace', 'kube-system', '--service-account-name', 'karpenter', '--role-name', `${name}-karpenter`],
      ...['--permission-policy-arns', (await controllerPolicies(context)).join(',')],
    );
  },
};

export const karpenter: Step = {
  name: 'karpenter',
  what: `Karpenter ${versions.karpenter}, on the system nodes, listening to the interruption queue`,
  minutes: 2,
  isDone: async (context) =>
    (await releases(context, 'kube-system')).get('karpenter') === `karpenter-${versions.karpenter}`,
  async act(context) {
    const { name } = context.cluster;
    await helm(
      ...([context, 'upgrade', '--install', 'karpenter', karpenterChart, '--version', versions.karpenter] as const),
      ...['-n', 'kube-system', '-f', join(context.root, 'charts/karpenter-nodes/values-karpenter.yaml')],
      ...['--set', `settings.clusterName=${name},settings.interruptionQueue=${name}`, '--wait', '--timeout', '10m'],
    );
  },
};
