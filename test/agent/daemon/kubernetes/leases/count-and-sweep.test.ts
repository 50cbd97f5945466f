import t from 'tap';
import { freezeCount } from '../../../../../agent/daemon/src/kubernetes/leases/freeze-count.ts';
import { sweepSlots } from '../../../../../agent/daemon/src/kubernetes/leases/sweep-slots.ts';
import { FakeServer, fakeApi, fastNetwork } from './helpers/fake-api.ts';
import { Agent, fault } from './helpers/fleet.ts';
import { Process, World } from './helpers/world.ts';

function setting() {
  const world = new World();
  const server = new FakeServer();
  const process = new Process(world);
  const api = fakeApi(world, server, process, fastNetwork());
  const { scheduler } = process;
  return { world, server, process, api, common: { api, namespace: 'pado', fault, scheduler, random: World.random(1) } };
}

t.test('the first count is the count of all, and nobody else has to count', async (t) => {
  const { world, server, common } = setting();
  let asked = 0;
  const freeze = (count: number) =>
    freezeCount({
      ...common,
      compute: () => {
        asked += 1;
        return count;
      },
    });
  const counts = Promise.all([freeze(3), freeze(4), freeze(5)]);
  await world.run(1_000);
  const [first, ...others] = await counts;
  t.same(others, [first, first]);
  const later = freeze(9);
  await world.run(2_000);
  t.equal(await later, first);
  t.equal(asked, 1, 'asked once, though three wanted to know');
  t.match(server.leases.get('pado-f-1-count'), {
    metadata: { annotations: { 'pado.dev/count': String(first) }, labels: { 'pado.dev/slot': 'count' } },
  });
});

t.test('who said that it counts and then died is waited for no longer than some seconds', async (t) => {
  const { world, server, common } = setting();
  const process = new Process(world);
  const dying = { ...common, api: fakeApi(world, server, process, fastNetwork()), scheduler: process.scheduler };
  void freezeCount({ ...dying, compute: () => new Promise<number>(() => process.kill()) });
  await world.run(100);
  t.match(server.leases.get('pado-f-1-count'), { metadata: { annotations: { 'pado.dev/count': 'counting' } } });
  const counts = Promise.all([4, 5, 6].map((count) => freezeCount({ ...common, compute: () => count })));
  await world.run(2_000);
  t.match(server.leases.get('pado-f-1-count'), { metadata: { annotations: { 'pado.dev/count': 'counting' } } });
  await world.run(10_000);
  const [first = 0, ...others] = await counts;
  t.same(others, [first, first]);
  t.ok([4, 5, 6].includes(first));
});

t.test('who is too late with its count takes that of the other', async (t) => {
  const { world, common } = setting();
  const slow = Promise.withResolvers<number>();
  const late = freezeCount({ ...common, compute: () => slow.promise });
  await world.run(100);
  const quick = freezeCount({ ...common, compute: () => 7 });
  await world.run(10_000);
  t.equal(await quick, 7);
  slow.resolve(8);
  await world.run(11_000);
  t.equal(await late, 7);
});

t.test('a count that is none is refused with what to do', async (t) => {
  const { world, server, common } = setting();
  const first = freezeCount({ ...common, compute: () => 1 });
  await world.run(100);
  await first;
  const lease = server.leases.get('pado-f-1-count')!;
  server.leases.set('pado-f-1-count', { ...lease, metadata: { ...lease.metadata, annotations: {} } });
  const second = freezeCount({ ...common, compute: () => 1 });
  const refused = t.rejects(second, { code: 'ERR_PADO_INVALID', message: /pado-f-1-count.*not a whole number/ });
  await world.run(200);
  await refused;
});

t.test('slots of faults that are gone are swept, those of the living are not', async (t) => {
  const { world, server, process, api, common } = setting();
  const holder = new Agent(world, server, { identity: 'node-1', pods: ['a'], count: 1, seed: 3 });
  const count = freezeCount({ ...common, compute: () => 1 });
  await world.run(1_000);
  await count;
  let living: ReadonlySet<string> | undefined = new Set([fault.uid]);
  const stop = new AbortController();
  void sweepSlots({
    ...{ api, namespace: 'pado', clock: process.clock, scheduler: process.scheduler },
    ...{ living: () => living, log: () => {}, signal: stop.signal },
  });
  holder.kill();
  await world.run(200_000);
  t.equal(server.leases.size, 2, 'silent, but its fault lives');
  living = undefined;
  await world.run(300_000);
  t.equal(server.leases.size, 2, 'it is not known who lives');
  living = new Set();
  await world.run(350_000);
  t.equal(server.leases.size, 2, 'not before it is gone for 60 s');
  await world.run(430_000);
  t.equal(server.leases.size, 0);
  stop.abort();
  const { length } = server.calls;
  await world.run(600_000);
  t.equal(server.calls.length, length, 'nothing is asked after that');
});
