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
  return { world, server, process, api, common: { api, namespace: 'pado', fault } };
}

t.test('the first count is the count of all', async (t) => {
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
  t.equal(asked, 3, 'not asked once it is frozen');
  t.match(server.leases.get('pado-f-1-count'), {
    metadata: { annotations: { 'pado.dev/count': String(first) }, labels: { 'pado.dev/slot': 'count' } },
  });
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
