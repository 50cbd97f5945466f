import t from 'tap';
import { changes, stage } from './commands.ts';
import { emptyWorld, type World } from './world.ts';

/** As Karpenter tags the instance profiles that it makes. */
const tagsIn = (region: string): Record<string, string> => ({
  'topology.kubernetes.io/region': region,
  'kubernetes.io/cluster/pado': 'owned',
});

const full = (change: Partial<World> = {}): World =>
  emptyWorld('pado', {
    cluster: 'ACTIVE',
    nodegroups: { system: 'ACTIVE' },
    stacks: { 'eksctl-pado-cluster': 'CREATE_COMPLETE', 'Karpenter-pado': 'CREATE_COMPLETE' },
    releases: { 'kube-system/karpenter': 'karpenter-1.14.1', 'shop/shop': 'shop-0.1.0' },
    instances: ['i-0a', 'i-0b'],
    profiles: { pado_123: tagsIn('ap-northeast-2') },
    logGroups: ['/aws/eks/pado/cluster'],
    ...change,
  });

t.test('without --yes it removes nothing', async (t) => {
  const { run, calls } = await stage(t, full());
  const { code, text } = await run('down');
  t.equal(code, 0, text);
  t.match(text, /nothing was done: add --yes/);
  t.same(changes(calls), []);
});

t.test('pods go before nodes, nodes before Karpenter, Karpenter before the cluster, and its stack last', async (t) => {
  const { run, calls } = await stage(t, full());
  const { code, text } = await run('down', ['--yes']);
  t.equal(code, 0, text);
  t.match(text, /nothing of cluster pado is left/);
  const order = [
    /^helm .*uninstall shop /,
    /^kubectl .*delete service gateway /,
    /^kubectl .*delete nodepools/,
    /^kubectl .*delete nodeclaims/,
    /^helm .*uninstall karpenter-nodes /,
    /^helm .*uninstall karpenter -n/,
    /^eksctl delete cluster --name pado --region ap-northeast-2 --wait /,
    /^aws iam delete-instance-profile .*pado_123/,
    /^aws cloudformation delete-stack --stack-name Karpenter-pado/,
    /^aws logs delete-log-group/,
  ];
  const seen = calls;
  const places = order.map((pattern) => seen.findIndex((call) => pattern.test(call)));
  t.notOk(places.includes(-1), `${order[places.indexOf(-1)]} is not among\n${seen.join('\n')}`);
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  );
  t.notOk(
    seen.some((call) => call.includes('terminate-instances')),
    'Karpenter ended its instances itself',
  );
});

t.test('instances that Karpenter cannot end are terminated by their tags', async (t) => {
  const { run, calls, world } = await stage(t, full({ isKarpenterStuck: true }));
  const { code, text } = await run('down', ['--yes']);
  t.equal(code, 0, text);
  t.ok(calls.some((call) => call.startsWith('aws ec2 terminate-instances --instance-ids i-0a i-0b ')));
  t.same(world.instances, []);
});

t.test('what is left is named, and the exit code tells', async (t) => {
  const { run } = await stage(t, full({ volumes: ['vol-0c'] }));
  const { code, text } = await run('down', ['--yes']);
  t.equal(code, 5);
  t.match(text, /LEFT: volumes: vol-0c/);
  t.notMatch(text, /nothing of cluster/);
});

t.test('it goes on after a failure, also when only stacks of a failed creation are there', async (t) => {
  const broken = await stage(t, full({ failOn: 'eksctl delete cluster' }));
  t.equal((await broken.run('down', ['--yes'])).code, 5);
  const again = await broken.run('down', ['--yes']);
  t.equal(again.code, 0, again.text);
  const half = await stage(t, emptyWorld('pado', { stacks: { 'eksctl-pado-cluster': 'ROLLBACK_COMPLETE' } }));
  const { code, text } = await half.run('down', ['--yes']);
  t.equal(code, 0, text);
  t.same(half.world.stacks, {});
});

t.test('when nothing is there it says so and changes nothing', async (t) => {
  const { run, calls } = await stage(t, emptyWorld());
  const { code, text } = await run('down', ['--yes']);
  t.equal(code, 0, text);
  t.match(text, /nothing of cluster pado is left/);
  t.same(changes(calls), []);
});

t.test('a stranger’s cluster of that name and an expired session are left alone', async (t) => {
  for (const change of [{ tags: {} }, { isExpired: true }]) {
    const { run, calls } = await stage(t, full(change));
    t.equal((await run('down', ['--yes'])).code, 5);
    t.same(changes(calls), []);
  }
});

t.test('instance profiles of a cluster of that name in another region stay, and with them the stack', async (t) => {
  const profiles = { pado_123: tagsIn('ap-northeast-2'), pado_456: tagsIn('us-east-1') };
  const { run, calls, world } = await stage(t, full({ profiles }));
  const { code, text } = await run('down', ['--yes']);
  t.equal(code, 5, text);
  t.same(Object.keys(world.profiles), ['pado_456']);
  t.notOk(calls.some((call) => /(remove-role-from|delete)-instance-profile .*pado_456/.test(call)));
  t.notOk(
    calls.some((call) => call.includes('delete-stack')),
    'its role is in use',
  );
  t.match(text, /stack Karpenter-pado stays: .*KarpenterNodeRole-pado .*pado_456 \(us-east-1\)/);
  t.match(text, /LEFT: CloudFormation stacks: Karpenter-pado/);
  t.notMatch(text, /LEFT: instance profiles/);
});

t.test('an instance profile whose tags cannot tell stays, and is named with what to do', async (t) => {
  const region = { 'topology.kubernetes.io/region': 'ap-northeast-2' };
  for (const tags of [{}, region, { ...region, 'kubernetes.io/cluster/pado-2': 'owned' }]) {
    const { run, calls, world } = await stage(t, full({ profiles: { pado_789: tags } }));
    const { code, text } = await run('down', ['--yes']);
    t.equal(code, 5, text);
    t.same(Object.keys(world.profiles), ['pado_789']);
    t.notOk(calls.some((call) => /(remove-role-from|delete)-instance-profile /.test(call)));
    t.match(text, /LEFT: instance profiles: pado_789\n/);
    t.match(text, /aws iam remove-role-from-instance-profile .*--role-name KarpenterNodeRole-pado/);
  }
});
