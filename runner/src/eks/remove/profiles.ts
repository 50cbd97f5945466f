import { awsMaybe, type Context } from '../context.ts';

/** An instance profile that holds the role of Karpenter's nodes. */
export interface Profile {
  readonly name: string;
  /** IAM is global: it may be `elsewhere`, of a cluster of that name in another region; `unclear`: its tags do not say. */
  readonly whose: 'own' | 'elsewhere' | 'unclear';
  readonly region?: string;
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export const nodeRole = ({ cluster }: Context): string => `KarpenterNodeRole-${cluster.name}`;

/** Whose each is, by the tags that Karpenter gives it. */
export async function profiles(context: Context): Promise<Profile[]> {
  const found = await awsMaybe<{ InstanceProfiles: { InstanceProfileName: string }[] }>(
    ...([context, 'iam', 'list-instance-profiles-for-role', '--role-name', nodeRole(context)] as const),
  );
  const result: Profile[] = [];
  for (const { InstanceProfileName: name } of found?.InstanceProfiles ?? []) {
    const answer = await awsMaybe<{ Tags: readonly Tag[] }>(
      ...([context, 'iam', 'list-instance-profile-tags', '--instance-profile-name', name] as const),
    );
    // Gone meanwhile.
    if (answer !== undefined) result.push({ name, ...whose(context, answer.Tags) });
  }
  return result;
}

function whose({ cluster }: Context, tags: readonly Tag[]): Omit<Profile, 'name'> {
  const region = tags.find(({ Key }) => Key === 'topology.kubernetes.io/region')?.Value;
  if (region === undefined) return { whose: 'unclear' };
  if (region !== cluster.region) return { whose: 'elsewhere', region };
  const isOwn = tags.some(({ Key }) => Key === `kubernetes.io/cluster/${cluster.name}`);
  return { whose: isOwn ? 'own' : 'unclear', region };
}
