import t from 'tap';
import { FakeServer } from './helpers/fake-api.ts';
import { Agent, armedPods } from './helpers/fleet.ts';
import { World } from './helpers/world.ts';

let seed = 1;

function fleet(count = 1) {
  const world = new World();
  const server = new FakeServer();
  const agents: Agent[] = [];
  const agent = (identity: string, pods: readonly string[]) => {
    seed += 1;
    const made = new Agent(world, server, { identity, pods, count, seed });
    agents.push(made);
    return made;
  };
  return { world, server, agent, armed: () => [...armedPods(world, agents)].sort() };
}

t.test('as many pods hold a slot as there are slots, the preferred first', async (t) => {
  const { world, server, agent, armed } = fleet(2);
  const one = agent('node-1', ['a', 'b', 'c']);
  await world.run(1_000);
  t.same(armed(), ['a', 'b']);
  t.same([...one.slots.held].sort(), ['a', 'b']);
  t.notOk(one.slots.holds('c'));
  const [lease] = server.leases.values();
  t.match(lease, {
    metadata: {
      name: /^pado-f-1-[01]$/,
      labels: { 'pado.dev/slot': /^[01]$/, 'pado.dev/fault-uid': 'f-1' },
      annotations: { 'pado.dev/pod-uid': /^[ab]$/, 'pado.dev/fault': 'shop/slow' },
    },
    spec: { holderIdentity: /^node-1\/[ab]$/, leaseDurationSeconds: 10, renewTime: /^\d{4}-.*\.\d{6}Z$/ },
  });
});

t.test('a slot that is released goes to another agent at its next look', async (t) => {
  const { world, agent, armed } = fleet();
  const one = agent('node-1', ['a']);
  await world.run(1_000);
  agent('node-2', ['b']);
  await world.run(5_000);
  t.same(armed(), ['a']);
  one.want([]);
  await world.run(12_000);
  t.same(armed(), ['b']);
});

t.test('who waits with many looks more rarely, and yet a silent holder is replaced', async (t) => {
  const world = new World();
  const server = new FakeServer();
  const common = { count: 1, crowd: 1_000 };
  const holder = new Agent(world, server, { ...common, identity: 'node-0', pods: ['pod-0'], seed: 1_000 });
  await world.run(1_000);
  const waiting = Array.from(
    { length: 40 },
    (_, at) =>
      new Agent(world, server, { ...common, identity: `node-${at + 1}`, pods: [`pod-${at + 1}`], seed: at + 1 }),
  );
  await world.run(60_000);
  const { length: before } = server.calls;
  await world.run(180_000);
  const looks = server.calls.slice(before).filter((method) => method === 'GET').length / 2 / waiting.length;
  // Two looks in 20 s of rest and 10 s between; alone each would look twelve times a minute.
  t.ok(looks > 2 && looks < 6, `${looks} looks a minute of each`);
  holder.kill();
  await world.run(220_000);
  t.equal(armedPods(world, waiting).size, 1);
  t.equal(server.leases.size, 1);
});

t.test(
  'an agent that cannot renew holds nothing 4 s after it sent the last renewal that was acknowledged',
  async (t) => {
    const { world, server, agent } = fleet();
    const one = agent('node-1', ['a']);
    await world.run(10_000);
    t.ok(one.slots.holds('a'));
    const { resourceVersion } = [...server.leases.values()][0]!.metadata;
    one.network.isCut = true;
    await world.run(14_000);
    t.notOk(one.slots.holds('a'));
    t.notOk(one.armedUntil.has('a'), 'it was told');
    t.equal([...server.leases.values()][0]!.metadata.resourceVersion, resourceVersion);
    one.network.isCut = false;
    await world.run(20_000);
    t.ok(one.slots.holds('a'), 'nobody took it: it is regained');
  },
);

t.test('the time that is held counts from when a renewal was sent, not from its answer', async (t) => {
  const { world, agent } = fleet();
  const one = agent('node-1', ['a']);
  one.network.slowMs = 700;
  let answeredAt = 0;
  let lastHeldAt = 0;
  world.onStep = () => {
    if (!one.slots.holds('a')) return;
    answeredAt ||= world.now;
    lastHeldAt = world.now;
    one.network.isCut = true;
  };
  await world.run(30_000);
  t.ok(answeredAt > 0);
  // It was sent at least 1,400 ms before its answer came.
  t.ok(lastHeldAt - answeredAt <= 2_600, `${lastHeldAt - answeredAt} ms`);
});

t.test('an agent that was frozen holds nothing when it thaws, and takes nothing back that another has', async (t) => {
  const { world, agent, armed } = fleet();
  const one = agent('node-1', ['a']);
  await world.run(3_000);
  const two = agent('node-2', ['b']);
  await world.run(6_000);
  one.process.freeze();
  await world.run(26_000);
  t.same(armed(), ['b']);
  t.notOk(one.slots.holds('a'), 'even before any of its timers ran');
  one.process.thaw();
  await world.run(60_000);
  t.same(armed(), ['b']);
  t.ok(two.slots.holds('b'));
});

t.test('nobody takes a slot before it has seen it unchanged for 10 s', async (t) => {
  const { world, agent, armed } = fleet();
  const one = agent('node-1', ['a']);
  await world.run(5_000);
  one.kill();
  agent('node-2', ['b']);
  let takenAt = 0;
  world.onStep = () => {
    if (armed().includes('b')) takenAt ||= world.now;
  };
  await world.run(40_000);
  t.ok(takenAt >= 15_000 && takenAt <= 17_000, `${takenAt} ms`);
});

t.test('an agent that restarts takes the slot of the same pod at once, and no other', async (t) => {
  const { world, agent, armed } = fleet();
  const old = agent('node-1', ['a']);
  await world.run(3_000);
  old.kill();
  const same = agent('node-1', ['a']);
  await world.run(3_500);
  t.ok(same.slots.holds('a'));
  same.kill();
  const other = agent('node-1', ['b']);
  await world.run(12_000);
  t.notOk(other.slots.holds('b'));
  await world.run(20_000);
  t.same(armed(), ['b']);
});

t.test('of two processes of one agent the younger has the pod, and the older leaves it there', async (t) => {
  const { world, server, agent } = fleet();
  const older = agent('node-1', ['a']);
  await world.run(3_000);
  const younger = agent('node-1', ['a']);
  await world.run(6_000);
  t.notOk(older.slots.holds('a'));
  t.ok(younger.slots.holds('a'));
  const before = server.calls.filter((method) => method === 'PUT').length;
  await world.run(36_000);
  t.ok(younger.slots.holds('a'));
  t.notOk(older.slots.holds('a'));
  const writes = server.calls.filter((method) => method === 'PUT').length - before;
  t.ok(writes <= 16, `one process renews every 2 s: ${writes} writes in 30 s`);
});

t.test('what was taken from another process is not given away before that one has surely noticed', async (t) => {
  const { world, server, agent } = fleet();
  const older = agent('node-1', ['a']);
  await world.run(3_000);
  older.process.freeze();
  const younger = agent('node-1', ['a']);
  await world.run(4_000);
  t.ok(younger.slots.holds('a'));
  younger.want([]);
  await world.run(12_500);
  t.equal(server.leases.size, 1);
  t.notOk(younger.slots.holds('a'));
  await world.run(14_500);
  t.equal(server.leases.size, 0);
});

t.test('a write whose answer was lost is recognised: the pod goes on', async (t) => {
  const { world, agent } = fleet();
  const one = agent('node-1', ['a']);
  await world.run(4_500);
  let wasDenied = false;
  world.onStep = () => {
    wasDenied ||= !one.slots.holds('a');
  };
  one.network.losesAnswers = true;
  world.at(7_700, () => {
    one.network.losesAnswers = false;
  });
  await world.run(20_000);
  t.notOk(wasDenied);
  t.ok(one.slots.holds('a'));
});

t.test('who holds what it wants asks nothing but its renewals; who waits lists every 5 s', async (t) => {
  const { world, server, agent } = fleet();
  const one = agent('node-1', ['a']);
  await world.run(1_000);
  server.calls.length = 0;
  await world.run(61_000);
  t.same([...new Set(server.calls)], ['PUT']);
  t.ok(server.calls.length >= 29 && server.calls.length <= 31, `${server.calls.length}`);
  agent('node-2', ['b']);
  server.calls.length = 0;
  await world.run(121_000);
  const lists = server.calls.filter((method) => method === 'GET').length;
  t.ok(lists >= 10 && lists <= 16, `${lists}`);
  t.ok(one.slots.holds('a'));
});

t.test('a pod that is not wanted any more when its slot arrives gives it back', async (t) => {
  const { world, server, agent } = fleet();
  const one = agent('node-1', ['a']);
  one.network.slowMs = 300;
  await world.run(1_100);
  t.equal(server.leases.size, 1, 'it is on its way');
  one.slots.want([]);
  await world.run(3_000);
  t.equal(server.leases.size, 0);
});
