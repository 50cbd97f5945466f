import t from 'tap';
import { changes, stage } from './commands.ts';
import { emptyWorld, type World } from './world.ts';

const full = (change: Partial<World> = {}): World =>
  emptyWorld('pado', {
    cluster: 'ACTIVE',
    nodegroups: ['system'],
    stacks: { 'eksctl-pado-cluster': 'CREATE_COMPLETE', 'Karpenter-pado': 'CREATE_COMPLETE' },
    releases: { 'kube-system/karpenter': 'karpenter-1.14.1', 'shop/shop': 'shop-0.1.0' },
    instances: ['i-0a', 'i-0b'],
    profiles: ['pado_123'],
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
