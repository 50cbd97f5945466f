import { PadoError } from '@pado/fault';
import t from 'tap';
import type { Guards } from '../../../../runner/src/experiment/schema/guards.ts';
import type { AwsAction } from '../../../../runner/src/experiment/schema.ts';
import type { Cluster } from '../../../../runner/src/providers/aws/cluster.ts';
import { awsProvider } from '../../../../runner/src/providers/aws/provider.ts';
import type { Whereabouts } from '../../../../runner/src/providers/protected.ts';
import { type Called, type FakeInstance, fakeAws, fakeIntents } from './fake.ts';

const type = 'aws';
const { signal } = new AbortController();
const allowed = { app: 'shop', 'pado.dev/allow': 'true' };
const by = { tags: { app: 'shop' } };
const three = (): FakeInstance[] => ['i-1', 'i-2', 'i-3'].map((id) => ({ id, tags: allowed }));

interface Around {
  readonly cluster?: Cluster;
  readonly whereabouts?: Partial<Whereabouts>;
  readonly fail?: (called: Called) => void;
  /** Called instead of waiting. */
  readonly onWait?: () => void;
}

function over(instances: FakeInstance[], { cluster, whereabouts = {}, fail, onWait }: Around = {}) {
  const { aws, calls } = fakeAws(instances, fail);
  const { journal, states } = fakeIntents();
  const notes: string[] = [];
  const provider = awsProvider({
    connect: async () => aws,
    intents: journal,
    whereabouts: { environment: {}, read: () => undefined, ...whereabouts },
    cluster,
    note: (_, text) => notes.push(text),
    sleep: async (_, until) => {
      until.throwIfAborted();
      onWait?.();
    },
  });
  const changes = () => calls.filter(({ operation }) => !operation.includes(':Describe'));
  return { provider, calls, changes, states, notes };
}

/** A cluster whose nodes n1… are the instances i-1…, with Prometheus on some of them. */
const cluster = (prometheus: readonly string[], fail?: (path: string) => void): Cluster => ({
  namespace: 'shop',
  request: async <T>(_: string, path: string): Promise<T> => {
    fail?.(path);
    const node = (n: string) => ({ metadata: { name: `n${n}` }, spec: { providerID: `aws:///here-a/i-${n}` } });
    if (path === '/api/v1/nodes') return { items: ['1', '2', '3', '4'].map(node) } as T;
    if (path.startsWith('/api/v1/nodes/')) return node(path.slice(-1)) as T;
    if (path.includes('/nodeclaims/')) return { status: { providerID: 'aws:///here-a/i-3' } } as T;
    if (path === '/api/v1/pods') return { items: prometheus.map((nodeName) => ({ spec: { nodeName } })) } as T;
    if (path.includes('/pods/')) return { spec: { nodeName: 'n2' } } as T;
    throw new Error(path);
  },
});

const stop = (more: object = {}, guards: Guards = { unchecked: ['prometheus'] }): AwsAction =>
  ({ type, action: 'stop-instances', by, guards, ...more }) as AwsAction;

t.test('the same seed takes the same instance, and only what is up', async (t) => {
  const taken = async (seed: number) => {
    const { provider } = over([...three(), { id: 'i-4', tags: allowed, state: 'stopped' }]);
    return ((await provider.act(stop({ seed }), signal)).output as { instances: string[] }).instances;
  };
  t.same(await taken(7), await taken(7));
  const all = new Set((await Promise.all([...Array(20).keys()].map(taken))).flat());
  t.same([...all].sort(), ['i-1', 'i-2', 'i-3']);
});

t.test('without an intent on the disk nothing is stopped', async (t) => {
  const { aws, calls } = fakeAws(three());
  const { journal } = fakeIntents();
  const full = new PadoError('ERR_PADO_JOURNAL', 'the disk is full');
  const provider = awsProvider({
    ...{ connect: async () => aws, intents: { ...journal, begin: () => Promise.reject(full) }, note: () => {} },
    whereabouts: { environment: {}, read: () => undefined },
  });
  await t.rejects(provider.act(stop(), signal), full);
  t.notOk(calls.some(({ operation }) => operation === 'ec2:StopInstances'));
});

t.test('a node, a claim and the share of the cluster are told by the cluster', async (t) => {
  const { provider, notes } = over(three(), { cluster: cluster(['n4']) });
  t.match((await provider.act(stop({ by: { node: 'n2' } }), signal)).output, { instances: ['i-2'] });
  t.match(notes[0], /i-2 \(zone here-a, node n2\).*1 of 4 \(25%\) nodes/);
  const ask = (by: object) => provider.ask({ type, probe: 'instances', by } as never, signal);
  t.match(await ask({ nodeClaim: 'x' }), { output: 1 });
  t.match(await ask({ nodeClaim: 'x', node: 'n1' }), { output: 0 }, 'two that differ fit nothing');
});

t.test('without a cluster a node is found by its DNS name', async (t) => {
  const { provider } = over(three());
  const action = stop({ by: { node: 'ip-10-0-0-3.here.compute.internal' } });
  t.match((await provider.act(action, signal)).output, { instances: ['i-3'] });
});

t.test('the instance of the run itself is refused, however it is known', async (t) => {
  const code = 'ERR_PADO_REFUSED';
  const onSelf = { code, message: /this run itself is on i-2/ };
  const action = stop({ by: { node: 'ip-10-0-0-2.here.compute.internal' } });
  const read = (file: string) => (file.endsWith('board_asset_tag') ? 'i-2' : undefined);
  const places: readonly [string, Around][] = [
    ['by the machine', { whereabouts: { read } }],
    ['by NODE_NAME', { whereabouts: { environment: { NODE_NAME: 'ip-10-0-0-2.here.compute.internal' } } }],
  ];
  for (const [name, around] of places) {
    const { provider, changes, states } = over(three(), around);
    await t.rejects(provider.act(action, signal), onSelf, name);
    t.same(changes(), [], name);
    t.same(states, [], name);
  }
  const environment = { KUBERNETES_SERVICE_HOST: 'x', HOSTNAME: 'pod' };
  const inPod = over(three(), { cluster: cluster([]), whereabouts: { environment } });
  await t.rejects(inPod.provider.act(stop({ by: { node: 'n2' } }), signal), onSelf, 'by its own pod');
  const unsure = over(three(), { whereabouts: { environment } });
  await t.rejects(unsure.provider.act(stop(), signal), {
    code,
    message: /NODE_NAME by the downward API.*unchecked: \[runner\]/,
  });
  t.same(unsure.changes(), []);
  await unsure.provider.act(stop({}, { unchecked: ['runner', 'prometheus'] }), signal);
  const odd = over(three(), { whereabouts: { environment: { NODE_NAME: 'worker-1' } } });
  await t.rejects(odd.provider.act(stop(), signal), {
    code,
    message: /which instance the node worker-1 is only a cluster tells/,
  });
  const xen = over(three(), { whereabouts: { read: (file) => (file.includes('hypervisor') ? 'ec2-x' : undefined) } });
  await t.rejects(xen.provider.act(stop(), signal), { code, message: /does not tell its own id/ });
});

t.test('the node of Prometheus is refused; a cluster that does not tell it refuses too', async (t) => {
  const code = 'ERR_PADO_REFUSED';
  const there = over(three(), { cluster: cluster(['n2']) });
  await t.rejects(there.provider.act(stop({ by: { node: 'n2' } }), signal), { code, message: /Prometheus is on i-2/ });
  const forbidden = (path: string) => {
    if (path === '/api/v1/pods') throw new PadoError('ERR_PADO_FORBIDDEN', 'pods is forbidden');
  };
  const blind = over(three(), { cluster: cluster([], forbidden) });
  await t.rejects(blind.provider.act(stop({}, {}), signal), { code, message: /does not tell .*: pods is forbidden/ });
  t.same([...there.changes(), ...blind.changes()], []);
});

t.test('one selected instance without the tag refuses the whole', async (t) => {
  const { provider, changes } = over([...three(), { id: 'i-4', tags: { app: 'shop' } }]);
  const guards = { maxCount: 9, maxPercent: 100, unchecked: ['prometheus'] } as const;
  await t.rejects(provider.act(stop({ mode: 'all' }, guards), signal), {
    code: 'ERR_PADO_REFUSED',
    message: /i-4 carry no tag/,
  });
  t.same(changes(), []);
});

t.test('what one action stopped counts for the next, until it is started again', async (t) => {
  const { provider } = over(three());
  await provider.act(stop(), signal);
  await t.rejects(provider.act(stop(), signal), { message: /2 instances, 1 of them harmed before/ });
  await provider.act({ type, action: 'start-instances', by }, signal);
  await provider.act(stop(), signal);
});

t.test('undoing goes on after a failure, the youngest first, and keeps what failed', async (t) => {
  const instances = three();
  let broken = 'i-none';
  const { provider, states } = over(instances, {
    fail: ({ operation, input }) => {
      if (operation === 'ec2:StartInstances' && input.InstanceIds.includes(broken))
        throw new PadoError('ERR_PADO_AWS', 'no');
    },
  });
  const guards = { maxCount: 3, maxPercent: 100, unchecked: ['prometheus'] } as const;
  const first = (await provider.act(stop({}, guards), signal)).output as { instances: string[] };
  await provider.act(stop({}, guards), signal);
  broken = first.instances[0]!;
  t.match(await provider.undo(), [/stops i-.* failed: no; "pado recover" tries again/]);
  t.same(states, ['open', 'undone']);
  broken = 'i-none';
  t.same(await provider.undo(), []);
  t.same(states, ['undone', 'undone']);
  t.ok(instances.every(({ state = 'running' }) => state === 'running'));
});

t.test('an instance that was ended meanwhile, as Karpenter does, is told and not waited for', async (t) => {
  const instances = three();
  const { provider, notes, states } = over(instances);
  await provider.act(stop(), signal);
  for (const one of instances) if (one.state === 'stopped') one.state = 'terminated';
  t.same(await provider.undo(), []);
  t.match(notes.at(-1), /ended meanwhile and cannot be started/);
  t.same(states, ['undone']);
});

t.test(
  'waits while an instance stops and starts, as real ones do, and starts none that is still stopping',
  async (t) => {
    const instances = three();
    const slow: Record<string, string> = { stopping: 'stopped', pending: 'running' };
    const seen: string[] = [];
    let waits = 0;
    const { provider } = over(instances, {
      fail: ({ operation, input }) => {
        // A fake obeys at once, so what it is told is put off until the next wait.
        if (operation === 'ec2:StartInstances')
          seen.push(...instances.filter(({ id }) => input.InstanceIds.includes(id)).map(({ state = '' }) => state));
      },
      onWait: () => {
        waits += 1;
        for (const one of instances) one.state = slow[one.state ?? ''] ?? one.state ?? 'running';
      },
    });
    const { output } = await provider.act(stop({}, { unchecked: ['prometheus'] }), signal);
    const [id] = (output as { instances: string[] }).instances;
    const taken = instances.find((one) => one.id === id)!;
    taken.state = 'stopping';
    t.same(await provider.undo(), []);
    t.equal(waits, 1);
    t.same(seen, ['stopped']);
    t.equal(taken.state, 'running');
  },
);

t.test('an instance that does not stop in time fails the action, and is undone at the end', async (t) => {
  const instances = three();
  const { provider, states } = over(instances, {
    fail: ({ operation }) => {
      if (operation === 'ec2:DescribeInstances')
        for (const one of instances) if (one.state === 'stopped') one.state = 'stopping';
    },
    onWait: () => {
      for (const one of instances) if (one.state === 'stopping') one.state = 'running';
    },
  });
  const late = { code: 'ERR_PADO_PROVIDER', message: /after 0 s not every instance is stopped: i-. is stopping/ };
  await t.rejects(provider.act(stop({ deadline: '0s' }), signal), late);
  t.same(states, ['open']);
  t.same(await provider.undo(), []);
  t.same(states, ['undone']);
});
