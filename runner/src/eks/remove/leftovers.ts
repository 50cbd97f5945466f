import { aws, type Context } from '../context.ts';
import { clusterStacks } from '../stacks.ts';
import { logGroups } from './logs.ts';
import { nodeRole, profiles } from './profiles.ts';

export interface Leftover {
  readonly kind: string;
  readonly ids: readonly string[];
  /** Where running eks:down again does not help. */
  readonly advice?: string;
}

type Found = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

/** Whatever bears the cluster's tag and costs money; each kind is asked for itself, since the tagging API lags behind. */
export async function leftovers(context: Context): Promise<Leftover[]> {
  const { name } = context.cluster;
  const owned = `Name=tag-key,Values=kubernetes.io/cluster/${name}`;
  const eksctl = `Name=tag:alpha.eksctl.io/cluster-name,Values=${name}`;
  const auto = `Name=tag:eks:eks-cluster-name,Values=${name}`;
  const ids = async (list: string, id: string, ...args: string[]): Promise<string[]> => {
    const found = await aws<Found>(context, ...args);
    return (found[list] ?? []).map((one) => one[id] ?? '');
  };
  const instances = async (filter: string): Promise<string[]> => {
    const state = 'Name=instance-state-name,Values=pending,running,stopping,stopped';
    const { Reservations } = await aws<{ Reservations: { Instances: { InstanceId: string }[] }[] }>(
      ...([context, 'ec2', 'describe-instances', '--filters', filter, state] as const),
    );
    return Reservations.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId));
  };
  const volumes = (filter: string) => ids('Volumes', 'VolumeId', 'ec2', 'describe-volumes', '--filters', filter);
  const balancers = (key: string) =>
    ids(
      ...(['ResourceTagMappingList', 'ResourceARN', 'resourcegroupstaggingapi', 'get-resources'] as const),
      ...['--resource-type-filters', 'elasticloadbalancing:loadbalancer', '--tag-filters', key],
    );
  const kinds: readonly (readonly [kind: string, look: readonly (() => Promise<string[]>)[]])[] = [
    ['instances', [owned, eksctl, auto].map((filter) => () => instances(filter))],
    ['volumes', [owned, eksctl, auto].map((filter) => () => volumes(filter))],
    [
      'NAT gateways',
      [
        () =>
          ids(
            ...(['NatGateways', 'NatGatewayId', 'ec2', 'describe-nat-gateways', '--filter', eksctl] as const),
            'Name=state,Values=pending,available,deleting,failed',
          ),
      ],
    ],
    ['addresses', [() => ids('Addresses', 'AllocationId', 'ec2', 'describe-addresses', '--filters', eksctl)]],
    [
      'load balancers',
      [
        `Key=kubernetes.io/cluster/${name}`,
        `Key=elbv2.k8s.aws/cluster,Values=${name}`,
        `Key=eks:eks-cluster-name,Values=${name}`,
      ].map((key) => () => balancers(key)),
    ],
    ['CloudFormation stacks', [async () => (await clusterStacks(context)).map(({ StackName }) => StackName)]],
    ['log groups', [() => logGroups(context)]],
  ];
  const result: Leftover[] = [];
  for (const [kind, looks] of kinds) {
    const found = new Set<string>();
    for (const look of looks) for (const id of await look()) found.add(id);
    if (found.size > 0) result.push({ kind, ids: [...found] });
  }
  const unclear = await unclearProfiles(context);
  return unclear === undefined ? result : [...result, unclear];
}

async function unclearProfiles(context: Context): Promise<Leftover | undefined> {
  if (context.cluster.form !== 'nodes') return undefined;
  const ids = (await profiles(context)).filter(({ whose }) => whose === 'unclear').map(({ name }) => name);
  if (ids.length === 0) return undefined;
  const advice =
    'their tags do not say of which cluster and region they are; of each that no cluster uses: ' +
    `aws iam remove-role-from-instance-profile --instance-profile-name NAME --role-name ${nodeRole(context)} && ` +
    'aws iam delete-instance-profile --instance-profile-name NAME';
  return { kind: 'instance profiles', ids, advice };
}
