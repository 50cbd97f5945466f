import { aws, type Context, type Step } from '../context.ts';

export async function logGroups(context: Context): Promise<string[]> {
  const { logGroups: groups } = await aws<{ logGroups: { logGroupName: string }[] }>(
    ...([context, 'logs', 'describe-log-groups'] as const),
    ...['--log-group-name-prefix', `/aws/eks/${context.cluster.name}/`],
  );
  return groups.map(({ logGroupName }) => logGroupName);
}

/** Logs outlive the cluster, where somebody turned them on. */
export const removeLogs: Step = {
  name: 'logs',
  what: "deletes the cluster's log groups",
  minutes: 1,
  isDone: async (context) => (await logGroups(context)).length === 0,
  async act(context) {
    for (const name of await logGroups(context))
      await aws(context, 'logs', 'delete-log-group', '--log-group-name', name);
  },
};
