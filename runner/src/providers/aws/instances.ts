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

/** Instances that are there, in whatever state; those that are ended are there for an hour more, and left out. */
export async function describe(
  aws: Aws,
  { filters = [], ids }: { readonly filters?: readonly Filter[]; readonly ids?: readonly string[] },
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const all: Instance[] = [];
  let token: string | undefined;
  do {
    const { Reservations = [], NextToken } = await aws.call(
      'ec2:DescribeInstances',
      {
        ...(filters.length === 0 ? {} : { Filters: [...filters] }),
        ...(ids === undefined ? { MaxResults: 1_000 } : { InstanceIds: [...ids] }),
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

export const isThere = ({ state }: Instance): boolean => state !== 'terminated' && state !== 'shutting-down';

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
    ...ids.slice(0, 1).map((id) => filter('instance-id', id)),
  ];
  if (filters.length === 0 && by.zone === undefined) {
    throw new PadoError('ERR_PADO_INVALID', '`by` is empty: it would take every instance of the account');
  }
  // AWS reads * and ? in a filter's value as wildcards, and we do not. The zone is compared here alone: moto, which
  // the tests ask, does not know that filter rightly.
  return (await describe(aws, { filters }, signal)).filter(
    (one) =>
      isThere(one) &&
      ids.every((id) => id === one.id) &&
      (by.zone === undefined || by.zone === one.zone) &&
      Object.entries(tags).every(([key, value]) => one.tags[key] === value),
  );
}

const filter = (Name: string, value: string): Filter => ({ Name, Values: [value] });
export const tag = (key: string, value: string): Filter => filter(`tag:${key}`, value);

/** For people, what a selector selects. */
export const selectorWords = (by: InstanceSelector): string =>
  Object.entries(by)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' and ');
