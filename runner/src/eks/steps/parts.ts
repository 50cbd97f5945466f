/** What eksctl makes after the control plane: each is looked for by itself, since its run may have ended in between. */
import { aws, type Context, type Step } from '../context.ts';

const clusterArgs = ({ cluster }: Context): string[] => ['--cluster-name', cluster.name];

const missing = (wanted: readonly string[], found: readonly string[]): string[] =>
  wanted.filter((one) => !found.includes(one));

async function activeNodeGroups(context: Context): Promise<string[]> {
  const { nodegroups } = await aws<{ nodegroups: string[] }>(
    ...([context, 'eks', 'list-nodegroups', ...clusterArgs(context)] as const),
  );
  return nodegroups;
}

export const nodeGroups: Step = {
  name: 'node-groups',
  what: 'the managed nodes for observers, Karpenter and the database',
  minutes: 4,
  isDone: async (context) => missing(context.cluster.nodeGroups, await activeNodeGroups(context)).length === 0,
  act: async ({ cli, cluster }) => void (await cli.run('eksctl', 'create', 'nodegroup', '-f', cluster.path)),
};

export const fargateProfiles: Step = {
  name: 'fargate-profiles',
  what: 'the profiles that say which pods go to Fargate',
  minutes: 5,
  async isDone(context) {
    const { fargateProfileNames } = await aws<{ fargateProfileNames: string[] }>(
      ...([context, 'eks', 'list-fargate-profiles', ...clusterArgs(context)] as const),
    );
    return missing(context.cluster.fargateProfiles, fargateProfileNames).length === 0;
  },
  act: async ({ cli, cluster }) => void (await cli.run('eksctl', 'create', 'fargateprofile', '-f', cluster.path)),
};

export const addons: Step = {
  name: 'addons',
  what: 'the add-ons of the file',
  minutes: 3,
  async isDone(context) {
    const { addons: found } = await aws<{ addons: string[] }>(
      ...([context, 'eks', 'list-addons', ...clusterArgs(context)] as const),
    );
    return missing(context.cluster.addons, found).length === 0;
  },
  act: async ({ cli, cluster }) => void (await cli.run('eksctl', 'create', 'addon', '-f', cluster.path)),
};

/** `namespace/account` of each association. */
export async function podIdentities(context: Context): Promise<string[]> {
  const { associations } = await aws<{ associations: { namespace: string; serviceAccount: string }[] }>(
    ...([context, 'eks', 'list-pod-identity-associations', ...clusterArgs(context)] as const),
  );
  return associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
}

export const runnerIdentity: Step = {
  name: 'runner-identity',
  what: 'what the runner may do to AWS (charts/karpenter-nodes/iam/runner.json), by pod identity',
  minutes: 1,
  isDone: async (context) => missing(context.cluster.identities, await podIdentities(context)).length === 0,
  act: async ({ cli, cluster }) =>
    void (await cli.run('eksctl', 'create', 'podidentityassociation', '-f', cluster.path)),
};
