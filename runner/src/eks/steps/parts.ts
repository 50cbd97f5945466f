/** What eksctl makes after the control plane: each is looked for by itself, since its run may have ended in between. */
import { aws, type Context, type Step } from '../context.ts';
import { partStep } from './part.ts';

export const nodeGroups: Step = partStep(
  {
    ...{ title: 'node group', word: 'nodegroup', field: 'nodegroup', eksctl: 'nodegroup' },
    wanted: ({ cluster }) => cluster.nodeGroups,
  },
  { name: 'node-groups', what: 'the managed nodes for observers, Karpenter and the database', minutes: 4 },
);

export const fargateProfiles: Step = partStep(
  {
    ...{ title: 'Fargate profile', word: 'fargate-profile', field: 'fargateProfile', eksctl: 'fargateprofile' },
    wanted: ({ cluster }) => cluster.fargateProfiles,
  },
  { name: 'fargate-profiles', what: 'the profiles that say which pods go to Fargate', minutes: 5 },
);

export const addons: Step = partStep(
  {
    ...{ title: 'add-on', word: 'addon', field: 'addon', eksctl: 'addon', mayBeDegraded: true },
    wanted: ({ cluster }) => cluster.addons,
  },
  { name: 'addons', what: 'the add-ons of the file', minutes: 3 },
);

/** `namespace/account` of each association. */
export async function podIdentities(context: Context): Promise<string[]> {
  const { associations } = await aws<{ associations: { namespace: string; serviceAccount: string }[] }>(
    ...([context, 'eks', 'list-pod-identity-associations', '--cluster-name', context.cluster.name] as const),
  );
  return associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
}

export const runnerIdentity: Step = {
  name: 'runner-identity',
  what: 'what the runner may do to AWS (charts/karpenter-nodes/iam/runner.json), by pod identity',
  minutes: 1,
  async isDone(context) {
    const found = await podIdentities(context);
    return context.cluster.identities.every((one) => found.includes(one));
  },
  act: async ({ cli, cluster }) =>
    void (await cli.run('eksctl', 'create', 'podidentityassociation', '-f', cluster.path)),
};
