import t from 'tap';
import { type LapseReason, watchOwnerLease } from '../../../../../agent/daemon/src/kubernetes/leases/owner-lease.ts';
import { FakeServer, fakeApi, fastNetwork } from './helpers/fake-api.ts';
import { Process, World } from './helpers/world.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/shop/leases';

function setting() {
  const world = new World();
  const server = new FakeServer();
  const process = new Process(world);
  const network = fastNetwork();
  const stop = new AbortController();
  const lapses: { reason: LapseReason; at: number }[] = [];
  const create = (spec: object) =>
    server.handle('POST', path, { body: { metadata: { name: 'run-42', namespace: 'shop' }, spec } });
  const write = (spec: object) => {
    const lease = server.leases.get('run-42')!;
    server.handle('PUT', `${path}/run-42`, { body: { ...lease, spec: { ...lease.spec, ...spec } } });
  };
  const renewEvery = (ms: number, until: number) => {
    for (let at = world.now + ms; at < until; at += ms) world.at(at, () => write({ renewTime: String(at) }));
  };
  const watch = () =>
    watchOwnerLease({
      ...{ api: fakeApi(world, server, process, network), namespace: 'shop', name: 'run-42', signal: stop.signal },
      ...{ clock: process.clock, scheduler: process.scheduler },
      onLapsed: (reason) => lapses.push({ reason, at: world.now }),
    });
  const remove = () => server.handle('DELETE', `${path}/run-42`, {});
  return { world, server, process, network, stop, lapses, create, write, renewEvery, watch, remove };
}

const held = { holderIdentity: 'runner', leaseDurationSeconds: 5 };

t.test('goes on while it is renewed, and lapses its duration after the last renewal', async (t) => {
  const { world, lapses, create, renewEvery, watch, server } = setting();
  create(held);
  renewEvery(2_000, 60_000);
  watch();
  await world.run(60_000);
  t.same(lapses, []);
  await world.run(100_000);
  t.match(lapses, [{ reason: 'silent' }]);
  t.ok(lapses[0]!.at >= 63_000 && lapses[0]!.at <= 63_100, `${lapses[0]!.at}`);
  const { length } = server.calls;
  await world.run(200_000);
  t.equal(server.calls.length, length, 'nothing is asked after that');
  t.equal(server.watchers.size, 0);
});

t.test('a lease that is old already counts from when it was first seen', async (t) => {
  const { world, lapses, create, watch } = setting();
  create(held);
  await world.run(100_000);
  watch();
  await world.run(104_900);
  t.same(lapses, []);
  await world.run(106_000);
  t.match(lapses, [{ reason: 'silent' }]);
});

t.test('lapses when it is deleted or given up, at once', async (t) => {
  for (const reason of ['deleted', 'given-up'] as const) {
    const { world, lapses, create, write, watch, remove } = setting();
    create(held);
    watch();
    await world.run(1_000);
    if (reason === 'deleted') remove();
    else write({ holderIdentity: '' });
    await world.run(1_100);
    t.match(lapses, [{ reason }]);
    await world.run(60_000);
    t.equal(lapses.length, 1);
  }
});

t.test('lapses when the API server cannot be reached for that long', async (t) => {
  const { world, lapses, create, renewEvery, watch, network } = setting();
  create(held);
  renewEvery(1_000, 60_000);
  watch();
  await world.run(10_500);
  network.isCut = true;
  await world.run(14_500);
  t.same(lapses, []);
  await world.run(16_500);
  t.match(lapses, [{ reason: 'silent' }]);
});

t.test('without any answer from the start it lapses after 15 s', async (t) => {
  const { world, lapses, watch, network } = setting();
  network.isCut = true;
  watch();
  await world.run(14_900);
  t.same(lapses, []);
  await world.run(16_500);
  t.match(lapses, [{ reason: 'silent' }]);
});

t.test('one that is not there gets 2 s to appear', async (t) => {
  const { world, lapses, watch } = setting();
  watch();
  await world.run(1_900);
  t.same(lapses, []);
  await world.run(3_000);
  t.match(lapses, [{ reason: 'missing' }]);

  const late = setting();
  late.watch();
  late.world.at(1_500, () => {
    late.create(held);
    late.renewEvery(1_000, 20_000);
  });
  await late.world.run(20_000);
  t.same(late.lapses, []);
});

t.test('a deaf watch or a freeze is no lapse while the owner renews', async (t) => {
  const { world, lapses, create, renewEvery, watch, server, process } = setting();
  create(held);
  renewEvery(1_000, 100_000);
  watch();
  await world.run(5_000);
  server.watchers.clear();
  await world.run(30_000);
  t.same(lapses, []);
  t.equal(server.watchers.size, 1, 'it watches anew');
  process.freeze();
  await world.run(50_000);
  process.thaw();
  await world.run(90_000);
  t.same(lapses, []);
});

t.test('a duration beyond 60 s counts as 60 s, a senseless one as 15 s', async (t) => {
  for (const [leaseDurationSeconds, ms] of [
    [86_400, 60_000],
    [-1, 15_000],
    ['soon', 15_000],
  ] as const) {
    const { world, lapses, create, watch } = setting();
    create({ ...held, leaseDurationSeconds });
    watch();
    await world.run(100_000);
    t.match(lapses, [{ reason: 'silent' }]);
    t.ok(Math.abs(lapses[0]!.at - ms) < 100, `${lapses[0]!.at}`);
  }
});

t.test('says nothing once its signal has aborted', async (t) => {
  const { world, lapses, create, watch, stop, remove, server } = setting();
  create(held);
  watch();
  await world.run(1_000);
  stop.abort();
  remove();
  await world.run(60_000);
  t.same(lapses, []);
  t.equal(server.watchers.size, 0);
});
