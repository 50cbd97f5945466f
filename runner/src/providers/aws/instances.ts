import type { Filter, Instance as SdkInstance } from '@aws-sdk/client-ec2';
import { PadoError } from '@pado/fault';
import type { InstanceSelector } from '../../experiment/schema/providers/aws.ts';
import type { Aws } from './client.ts';
import { type Cluster, instanceOfClaim, instanceOfNode } from './cluster.ts';

/** An instance of EC2, as far as it matters here. */
export interface Instance {
  readonly id: string;
  /** pending, running, shutting-down, terminated, stopping or stopped. */
  readonly state: string;
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly privateDnsName: string;
  /** The account. */
  readonly owner: string;
}

/** An instance as it is waited for. */
export type Known = Pick<Instance, 'id' | 'state'>;

/** All that fit, in whatever state; those that are ended are among them for most of an hour more. */
export async function describe(
  aws: Aws,
  filters: readonly Filter[],
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const all: Instance[] = [];
  let token: string | undefined;
  do {
    const { Reservations = [], NextToken } = await aws.call(
      'ec2:DescribeInstances',
      {
        ...(filters.length === 0 ? {} : { Filters: [...filters] }),
        MaxResults: 1_000,
        ...(token === undefined ? {} : { NextToken: token }),
      },
      signal,
    );
    for (const { Instances = [], OwnerId = '' } of Reservations)
      all.push(...Instances.map((one) => plain(one, OwnerId)));
    token = NextToken || undefined;
  } while (token !== undefined);
  return all;
}

const plain = (one: SdkInstance, owner: string): Instance => ({
  id: one.InstanceId ?? '',
  state: one.State?.Name ?? 'unknown',
  zone: one.Placement?.AvailabilityZone ?? 'unknown',
  tags: Object.fromEntries((one.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  privateDnsName: one.PrivateDnsName ?? '',
  owner,
});

/** What an instance never comes back from. `gone` is no state of AWS: it knows the instance no more. */
export const ended: readonly string[] = ['terminated', 'shutting-down', 'gone'];

export const isThere = ({ state }: Pick<Instance, 'state'>): boolean => !ended.includes(state);

/** By https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html: values of one filter. */
const maxValues = 200;

/**
 * The state of each of these. Asked for by a filter, because AWS refuses a call by `InstanceIds` as a whole when it
 * knows one of them no more, and that one would keep all others from being started.
 *
 * What is missing from the answer is `gone`, provided that another is known: with the credentials of another account
 * none is. This assumes that AWS does not leave out for a moment what it has listed before. Its reads may lag behind
 * its writes; of an instance that is there since long that is an older state, and not its absence.
 * @throws PadoError ERR_PADO_NOT_FOUND when none of them is known
 */
export async function statesOf(aws: Aws, ids: readonly string[], signal: AbortSignal): Promise<readonly Known[]> {
  const states = new Map<string, string>();
  for (let at = 0; at < ids.length; at += maxValues) {
    const some = await describe(aws, [withId(...ids.slice(at, at + maxValues))], signal);
    for (const { id, state } of some) states.set(id, state);
  }
  if (states.size === 0 && ids.length > 0) {
    const message = `AWS knows none of ${ids.join(', ')} in ${aws.region}: are they gone, or another region's or account's?`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message);
  }
  return ids.map((id) => ({ id, state: states.get(id) ?? 'gone' }));
}

/** All that fit and are there, in whatever state. */
export async function matching(
  aws: Aws,
  by: InstanceSelector,
  { cluster, signal }: { readonly cluster: Cluster | undefined; readonly signal: AbortSignal },
): Promise<readonly Instance[]> {
  const ids = [
    ...(by.node !== undefined && cluster !== undefined ? [await instanceOfNode(cluster, by.node, signal)] : []),
    ...(by.nodeClaim !== undefined && cluster !== undefined
      ? [await instanceOfClaim(cluster, by.nodeClaim, signal)]
      : []),
  ];
  const tags = {
    ...by.tags,
    ...(by.nodePool === undefined ? {} : { 'karpenter.sh/nodepool': by.nodePool }),
    ...(by.nodeClaim !== undefined && cluster === undefined ? { 'karpenter.sh/nodeclaim': by.nodeClaim } : {}),
  };
  const filters: Filter[] = [
    ...Object.entries(tags).map(([key, value]) => tag(key, value)),
    ...(by.node !== undefined && cluster === undefined ? [filter('private-dns-name', by.node)] : []),
    ...ids.slice(0, 1).map((id) => withId(id)),
  ];
  if (filters.length === 0 && by.zone === undefined) {
    throw new PadoError('ERR_PADO_INVALID', '`by` is empty: it would take every instance of the account');
  }
  // AWS reads * and ? in a filter's value as wildcards, and we do not. The zone is compared here alone: moto, which
  // the tests ask, does not know that filter rightly.
  return (await describe(aws, filters, signal)).filter(
    (one) =>
      isThere(one) &&
      ids.every((id) => id === one.id) &&
      (by.zone === undefined || by.zone === one.zone) &&
      Object.entries(tags).every(([key, value]) => one.tags[key] === value),
  );
}

const filter = (Name: string, ...Values: string[]): Filter => ({ Name, Values });
const withId = (...ids: string[]): Filter => filter('instance-id', ...ids);
export const tag = (key: string, value: string): Filter => filter(`tag:${key}`, value);

/** For people, what a selector selects. */
export const selectorWords = (by: InstanceSelector): string =>
  Object.entries(by)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' and ');
