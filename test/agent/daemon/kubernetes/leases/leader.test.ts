import t from 'tap';
import { elect } from '../../../../../agent/daemon/src/kubernetes/leases/leader.ts';
import { FakeServer, fakeApi, fastNetwork } from './helpers/fake-api.ts';
import { Process, World } from './helpers/world.ts';

function setting() {
  const world = new World();
  const server = new FakeServer();
  const candidate = (identity: string, seed: number, crowd = 1) => {
    const process = new Process(world);
    const network = fastNetwork();
    const stop = new AbortController();
    const terms: AbortSignal[] = [];
    const election = elect({
      ...{ api: fakeApi(world, server, process, network), namespace: 'pado', name: 'pado-agent-leader', identity },
      ...{ clock: process.clock, scheduler: process.scheduler, random: World.random(seed), signal: stop.signal },
      crowd: () => crowd,
      onElected: (signal) => terms.push(signal),
    });
    const leads = () => terms.at(-1)?.aborted === false;
    return { process, network, stop, terms, election, leads };
  };
  return { world, server, candidate };
}

t.test('one of all leads, and goes on to', async (t) => {
  const { world, server, candidate } = setting();
  const all = [1, 2, 3].map((seed) => candidate(`agent-${seed}`, seed));
  await world.run(120_000);
  t.equal(all.filter(({ leads }) => leads()).length, 1);
  t.equal(all.flatMap(({ terms }) => terms).length, 1);
  const leader = all.find(({ leads }) => leads())!;
  t.ok(leader.election.isLeader);
  t.match(server.leases.get('pado-agent-leader'), { spec: { holderIdentity: /^agent-\d$/, leaseDurationSeconds: 10 } });
});

t.test('a leader that is cut off stands down after 6 s, before another begins', async (t) => {
  const { world, candidate } = setting();
  const one = candidate('agent-1', 1);
  await world.run(1_000);
  const two = candidate('agent-2', 2);
  await world.run(20_000);
  one.network.isCut = true;
  let downAt = 0;
  let upAt = 0;
  let together = false;
  world.onStep = () => {
    if (!one.leads()) downAt ||= world.now;
    if (two.leads()) upAt ||= world.now;
    together ||= one.leads() && two.leads();
  };
  await world.run(50_000);
  t.ok(downAt >= 24_000 && downAt <= 26_000, `${downAt}`);
  t.ok(upAt > downAt && upAt <= 37_000, `${upAt}`);
  t.notOk(together);
  one.network.isCut = false;
  await world.run(80_000);
  t.notOk(one.leads());
  t.ok(two.leads());
});

t.test('who stands down releases the lease, so that another leads at its next look', async (t) => {
  const { world, server, candidate } = setting();
  const one = candidate('agent-1', 1);
  await world.run(1_000);
  const two = candidate('agent-2', 2);
  await world.run(20_000);
  one.stop.abort();
  t.notOk(one.leads());
  await world.run(21_000);
  await one.election.stopped;
  await world.run(27_000);
  t.ok(two.leads());
  two.stop.abort();
  await world.run(28_000);
  await two.election.stopped;
  t.equal(server.leases.size, 0);
  const { length } = server.calls;
  await world.run(60_000);
  t.equal(server.calls.length, length, 'nothing is asked after that');
});

t.test('many candidates look more rarely, and yet one soon follows a leader that is silent', async (t) => {
  const { world, server, candidate } = setting();
  const all = Array.from({ length: 200 }, (_, index) => candidate(`agent-${index}`, index + 1, 1_000));
  await world.run(200_000);
  const { length: before } = server.calls;
  await world.run(260_000);
  const looks = server.calls.slice(before).filter((method) => method === 'GET').length;
  // Each looks twice in 50 s of rest and 10 s between: alone it would look twelve times a minute.
  t.ok(looks > 200 && looks < 600, `${looks} looks a minute`);
  const first = all.find(({ leads }) => leads())!;
  first.process.kill();
  await world.run(285_000);
  const second = all.filter((one) => one !== first && one.leads());
  t.equal(second.length, 1, 'within 25 s');
  second[0]!.stop.abort();
  await world.run(292_000);
  t.equal(all.filter((one) => one !== first && one.leads()).length, 1, 'one that says so is followed sooner');
});
