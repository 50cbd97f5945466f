/** An AWS account and a cluster as far as `eks:up` and `eks:down` can see them: what a call answers, and what it changes. */
export interface World {
  readonly name: string;
  readonly account: string;
  tags: Record<string, string>;
  quota: number;
  isExpired: boolean;
  zones: number;
  cluster: string | null;
  /** Each part's status by its name. */
  nodegroups: Record<string, string>;
  fargateProfiles: Record<string, string>;
  addons: Record<string, string>;
  /** What a part that is being made has become when a wait for it ends. */
  partsBecome: string;
  identities: string[];
  accessEntries: string[];
  stacks: Record<string, string>;
  /** Of stacks that bear one: the value of eksctl's tag alpha.eksctl.io/cluster-name. */
  stackTags: Record<string, string>;
  /** `namespace/release` → chart. */
  releases: Record<string, string>;
  namespaces: string[];
  instances: string[];
  volumes: string[];
  /** Instance profiles that hold Karpenter's role, each with its tags. */
  profiles: Record<string, Record<string, string>>;
  logGroups: string[];
  /** Fails the first call that begins with these words, then is forgotten. */
  failOn: string | null;
  /** Karpenter does not end its instances. */
  isKarpenterStuck: boolean;
}

export interface Reply {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const emptyWorld = (name = 'pado', change: Partial<World> = {}): World => ({
  ...{ name, account: '123456789012', tags: { 'pado.dev/workshop': 'true' }, quota: 32, isExpired: false, zones: 3 },
  ...{ cluster: null, nodegroups: {}, fargateProfiles: {}, addons: {}, identities: [], accessEntries: [] },
  ...{ stacks: {}, stackTags: {}, releases: {}, namespaces: [], instances: [], volumes: [], profiles: {} },
  ...{ logGroups: [], partsBecome: 'ACTIVE', failOn: null, isKarpenterStuck: false },
  ...change,
});

const versions: Record<string, string> = {
  aws: 'aws-cli/2.31.0 Python/3.13',
  eksctl: '0.230.0',
  kubectl: 'Client Version: v1.35.1',
  helm: 'v4.1.4+g05fa379',
};

const ok = (value: unknown = ''): Reply => ({
  ...{ code: 0, stderr: '' },
  stdout: typeof value === 'string' ? value : JSON.stringify(value),
});
const fails = (stderr: string, code = 254): Reply => ({ code, stdout: '', stderr });

/** What program and arguments answer; the world is changed in place. */
export function reply(world: World, tool: string, args: readonly string[]): Reply {
  const words = args.filter((_arg, index) => !(args[index] === '--kubeconfig' || args[index - 1] === '--kubeconfig'));
  const line = [tool, ...words].join(' ');
  if (/^\w+ (--)?version/.test(line)) return ok(versions[tool]);
  if (tool === 'aws' && world.isExpired)
    return fails('An error occurred (ExpiredToken) when calling the X operation: The security token is expired');
  if (world.failOn !== null && line.startsWith(world.failOn)) {
    world.failOn = null;
    return fails(`${tool}: something went wrong in account ${world.account}`, 1);
  }
  const value = (option: string): string => args[args.indexOf(option) + 1] ?? '';
  const rule = rules.find(([start]) => line.startsWith(start));
  return rule === undefined ? fails(`the world does not know: ${line}`, 99) : rule[1](world, value, line);
}

const policies = ['NodeLifecyclePolicy', 'InterruptionPolicy', 'ResourceDiscoveryPolicy'];
const nodeRole = ({ account, name }: World): string => `arn:aws:iam::${account}:role/KarpenterNodeRole-${name}`;

type Rule = readonly [string, (world: World, value: (option: string) => string, line: string) => Reply];
type Parts = Record<string, string>;

/** What AWS tells of one node group, profile or add-on, and how waits for it end. */
function partRules(word: string, field: string, option: string, of: (world: World) => Parts): readonly Rule[] {
  return [
    [
      `aws eks describe-${word}`,
      (w, value) => {
        const status = of(w)[value(option)];
        return status === undefined
          ? fails('An error occurred (ResourceNotFoundException) when calling the Describe operation')
          : ok({ [field]: { status } });
      },
    ],
    [
      `aws eks wait ${word}-active`,
      (w, value) => {
        of(w)[value(option)] = w.partsBecome;
        return w.partsBecome === 'ACTIVE' ? ok() : fails('Waiter failed: Waiter encountered a terminal failure', 255);
      },
    ],
    [
      `aws eks wait ${word}-deleted`,
      (w, value) => {
        delete of(w)[value(option)];
        return ok();
      },
    ],
  ];
}

/** As eksctl: what is there already, whatever its status, is passed over. */
const make = (parts: Parts, ...names: string[]): void => {
  for (const name of names) parts[name] ??= 'ACTIVE';
};

const rules: readonly Rule[] = [
  ['aws sts get-caller-identity', (w) => ok({ Arn: `arn:aws:sts::${w.account}:assumed-role/owner/me` })],
  [
    'aws ec2 describe-availability-zones',
    (w) =>
      w.zones === 0
        ? fails('Could not connect to the endpoint URL')
        : ok({ AvailabilityZones: Array.from({ length: w.zones }, () => ({ State: 'available' })) }),
  ],
  ['aws service-quotas get-service-quota', (w) => ok({ Quota: { Value: w.quota } })],
  [
    'aws eks describe-cluster',
    (w) =>
      w.cluster === null
        ? fails('An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation')
        : ok({ cluster: { status: w.cluster, tags: w.tags } }),
  ],
  [
    'aws eks wait cluster-active',
    (w) => {
      w.cluster = 'ACTIVE';
      return ok();
    },
  ],
  [
    'aws cloudformation describe-stacks',
    (w, value, line) => {
      const all = Object.entries(w.stacks).map(([StackName, StackStatus]) => {
        const tag = w.stackTags[StackName];
        const Tags = tag === undefined ? [] : [{ Key: 'alpha.eksctl.io/cluster-name', Value: tag }];
        return { StackName, StackStatus, Tags };
      });
      if (!line.includes('--stack-name')) return ok({ Stacks: all });
      const found = all.filter(({ StackName }) => StackName === value('--stack-name'));
      return found.length > 0
        ? ok({ Stacks: found })
        : fails(`ValidationError: Stack with id ${value('--stack-name')} does not exist`);
    },
  ],
  [
    'aws cloudformation describe-stack-resources',
    (w) =>
      ok({
        StackResources: [
          { ResourceType: 'AWS::SQS::Queue', PhysicalResourceId: 'queue' },
          ...policies.map((policy) => ({
            ResourceType: 'AWS::IAM::ManagedPolicy',
            PhysicalResourceId: `arn:aws:iam::${w.account}:policy/KarpenterController${policy}-${w.name}`,
          })),
        ],
      }),
  ],
  [
    'aws cloudformation deploy',
    (w, value) => {
      w.stacks[value('--stack-name')] = 'CREATE_COMPLETE';
      return ok();
    },
  ],
  [
    'aws cloudformation delete-stack',
    (w, value) => {
      // As CloudFormation does: a role that a profile holds, or a policy that a role has, cannot be deleted.
      if (Object.keys(w.profiles).length === 0 && w.cluster === null) delete w.stacks[value('--stack-name')];
      return ok();
    },
  ],
  ['aws cloudformation wait', (w, value) => (value('--stack-name') in w.stacks ? fails('DELETE_FAILED', 255) : ok())],
  // Those that failed are in the lists too, as at AWS.
  ['aws eks list-nodegroups', (w) => ok({ nodegroups: Object.keys(w.nodegroups) })],
  ['aws eks list-fargate-profiles', (w) => ok({ fargateProfileNames: Object.keys(w.fargateProfiles) })],
  ['aws eks list-addons', (w) => ok({ addons: Object.keys(w.addons) })],
  ...partRules('nodegroup', 'nodegroup', '--nodegroup-name', (w) => w.nodegroups),
  ...partRules('fargate-profile', 'fargateProfile', '--fargate-profile-name', (w) => w.fargateProfiles),
  ...partRules('addon', 'addon', '--addon-name', (w) => w.addons),
  [
    'aws eks list-pod-identity-associations',
    (w) =>
      ok({
        associations: w.identities.map((one) => ({
          namespace: one.split('/')[0],
          serviceAccount: one.split('/')[1],
        })),
      }),
  ],
  ['aws eks list-access-entries', (w) => ok({ accessEntries: w.accessEntries })],
  [
    'aws eks create-access-entry',
    (w, value) => {
      w.accessEntries.push(value('--principal-arn'));
      return ok({});
    },
  ],
  ['aws eks update-kubeconfig', () => ok()],
  ['aws iam get-role', (w) => ok({ Role: { Arn: nodeRole(w) } })],
  [
    'aws iam list-instance-profiles-for-role',
    (w) => ok({ InstanceProfiles: Object.keys(w.profiles).map((InstanceProfileName) => ({ InstanceProfileName })) }),
  ],
  [
    'aws iam list-instance-profile-tags',
    (w, value) => {
      const tags = Object.entries(w.profiles[value('--instance-profile-name')] ?? {});
      return ok({ Tags: tags.map(([Key, Value]) => ({ Key, Value })), IsTruncated: false });
    },
  ],
  ['aws iam remove-role-from-instance-profile', () => ok()],
  [
    'aws iam delete-instance-profile',
    (w, value) => {
      delete w.profiles[value('--instance-profile-name')];
      return ok();
    },
  ],
  ['aws ssm get-parameter', () => ok({ Parameter: { Value: '1.35.2-20261110' } })],
  [
    'aws ec2 describe-instances',
    (w, _value, line) => {
      const isOwned = line.includes(`kubernetes.io/cluster/${w.name}`);
      const Instances = isOwned ? w.instances.map((InstanceId) => ({ InstanceId })) : [];
      return ok({ Reservations: [{ Instances }] });
    },
  ],
  [
    'aws ec2 terminate-instances',
    (w, _value, line) => {
      w.instances = w.instances.filter((id) => !line.includes(id));
      return ok({});
    },
  ],
  ['aws ec2 wait instance-terminated', () => ok()],
  ['aws ec2 describe-launch-templates', () => ok({ LaunchTemplates: [] })],
  ['aws ec2 describe-volumes', (w) => ok({ Volumes: w.volumes.map((VolumeId) => ({ VolumeId })) })],
  ['aws ec2 describe-nat-gateways', () => ok({ NatGateways: [] })],
  ['aws ec2 describe-addresses', () => ok({ Addresses: [] })],
  ['aws resourcegroupstaggingapi get-resources', () => ok({ ResourceTagMappingList: [] })],
  ['aws logs describe-log-groups', (w) => ok({ logGroups: w.logGroups.map((logGroupName) => ({ logGroupName })) })],
  [
    'aws logs delete-log-group',
    (w) => {
      w.logGroups = [];
      return ok();
    },
  ],
  [
    'eksctl create cluster',
    (w) => {
      w.cluster = 'ACTIVE';
      w.stacks[`eksctl-${w.name}-cluster`] = 'CREATE_COMPLETE';
      return ok();
    },
  ],
  [
    'eksctl create nodegroup',
    (w) => {
      make(w.nodegroups, 'system');
      return ok();
    },
  ],
  [
    'eksctl create fargateprofile',
    (w) => {
      make(w.fargateProfiles, 'system', 'shop', 'pado');
      return ok();
    },
  ],
  [
    'eksctl create addon',
    (w) => {
      make(w.addons, 'eks-pod-identity-agent', 'vpc-cni', 'coredns', 'kube-proxy', 'metrics-server');
      return ok();
    },
  ],
  [
    'eksctl create podidentityassociation',
    (w, value, line) => {
      w.identities.push(
        line.includes(' -f ') ? 'shop/pado-runner' : `${value('--namespace')}/${value('--service-account-name')}`,
      );
      return ok();
    },
  ],
  [
    'eksctl delete cluster',
    (w) => {
      w.cluster = null;
      // Its own, by the tag, else by the name.
      for (const stack of Object.keys(w.stacks))
        if (stack.startsWith('eksctl-') && (w.stackTags[stack] ?? w.name) === w.name) delete w.stacks[stack];
      return ok();
    },
  ],
  [
    'helm list',
    (w, value) =>
      ok(
        Object.entries(w.releases)
          .filter(([key]) => key.startsWith(`${value('-n')}/`))
          .map(([key, chart]) => ({ name: key.split('/')[1], status: 'deployed', chart })),
      ),
  ],
  [
    'helm upgrade --install',
    (w, value, line) => {
      const [, , , release = '', chart = ''] = line.split(' ');
      const version = line.includes('--version') ? value('--version') : '0.1.0';
      w.releases[`${value('-n')}/${release}`] = `${chart.split('/').at(-1)}-${version}`;
      if (release === 'shop') w.instances.push('i-0shop');
      return ok();
    },
  ],
  [
    'helm uninstall',
    (w, value, line) => {
      const release = line.split(' ')[2];
      // Its node class takes the instance profile along, if Karpenter is there to see to it.
      delete w.releases[`${value('-n')}/${release}`];
      return ok();
    },
  ],
  ['kubectl get namespace', (w) => ok(w.namespaces.includes('shop') ? 'namespace/shop' : '')],
  [
    'kubectl create namespace',
    (w) => {
      w.namespaces.push('shop');
      return ok();
    },
  ],
  [
    'kubectl get services',
    () =>
      ok({
        items: [
          { metadata: { name: 'gateway', namespace: 'shop' }, spec: { type: 'LoadBalancer' } },
          { metadata: { name: 'kubernetes', namespace: 'default' }, spec: { type: 'ClusterIP' } },
        ],
      }),
  ],
  ['kubectl delete service', () => ok()],
  ['kubectl delete persistentvolumeclaims', () => ok()],
  ['kubectl get crd', () => ok('customresourcedefinition.apiextensions.k8s.io/nodeclaims.karpenter.sh\n')],
  ['kubectl delete nodepools', () => ok()],
  [
    'kubectl delete nodeclaims',
    (w) => {
      if (w.isKarpenterStuck || !('kube-system/karpenter' in w.releases)) return fails('timed out waiting', 1);
      w.instances = [];
      return ok();
    },
  ],
];
