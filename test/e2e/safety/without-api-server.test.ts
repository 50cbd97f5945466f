import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { agents, chaos, failedProbes, needsChaos } from '../helpers/chaos.ts';
import { kubectl } from '../helpers/cluster.ts';
import { readFault, until } from '../helpers/targets.ts';
import { ownLease } from './owner.ts';
import { hitsIn, lastHitOf, Stage, worstGapMs } from './stage.ts';

// 30 s without an API server: nobody can order anything, and nobody can say that he still lives. The last of all by its
// name: for most of a minute afterwards the cluster's controllers do not make pods.
t.setTimeout(240_000);
const outageMs = 30_000;
const leaseMs = 4_000;
const slotHoldMs = 4_000;
const ttlMs = 20_000;
const noiseMs = 2_000;

t.test('while the API server is away', needsChaos, async (t) => {
  const stage = await Stage.set(t, { apps: { long: 2, short: 2, leased: 2, slotted: 2 } });

  await stage.act(t, 'faults go on or end by themselves', async (t) => {
    const owner = await ownLease(t, stage.namespace, 'run-42', leaseMs / 1_000);
    const selector = { matchLabels: { 'app.kubernetes.io/name': 'slotted' } };
    await stage.arm('long', { ttl: '240s' }, 'long');
    await stage.arm('leased', { leaseName: 'run-42', ttl: '240s' }, 'leased');
    await stage.arm('slotted', { target: { selector, mode: 'fixed', value: 1 }, ttl: '240s' }, 'slotted');
    const [long, leased] = [await stage.inForce('long'), await stage.inForce('leased')];
    const one = await stage.oneInForce('slotted');
    const slotted = await stage.pods('slotted');
    const bornAt = stage.now();
    await stage.arm('short', { ttl: `${ttlMs / 1_000}s` }, 'short');
    const short = await stage.inForce('short');
    const before = await agents();
    const failures = await failedProbes(before);

    t.teardown(() => isUp().catch(() => chaos('api-start')));
    const at = stage.now();
    await chaos('api-stop');
    await sleep(outageMs);
    const backAt = stage.now();
    await chaos('api-start');
    await until('the API server is back', isUp, () => true, 60_000);
    // What was seen meanwhile, before anything is armed anew.
    const upTo = (seen: Awaited<ReturnType<typeof stage.timelineOf>>) =>
      Object.fromEntries(Object.entries(seen).map(([ip, line]) => [ip, line.filter(([when]) => when < backAt)]));
    const last = async (pods: typeof long) => lastHitOf(upTo(await stage.timelineOf(pods)));

    const gapMs = worstGapMs(await stage.timelineOf(long), at, backAt);
    t.comment(`without a lease: longest time without a hit ${Math.round(gapMs)} ms`);
    t.ok(gapMs < 2_000, 'one without a lease goes on', { gapMs });
    stage.judge(t, `its ttl of ${ttlMs / 1_000} s meanwhile`, (await last(short)) - bornAt, ttlMs + noiseMs);
    t.ok((await last(short)) - bornAt > ttlMs - 3_000, 'and it had its whole time');
    stage.judge(t, 'its owner cannot renew the Lease', (await last(leased)) - at, leaseMs + noiseMs);
    stage.judge(t, 'its slot cannot be renewed', (await last(slotted)) - at, slotHoldMs + noiseMs);

    const phases = () =>
      Promise.all(['long', 'short', 'leased', 'slotted'].map((name) => readFault(stage.namespace, name)));
    const right = await until(
      'statuses are right again',
      phases,
      (faults) => {
        const [a, b, c, d] = faults.map(({ status }) => status);
        return (
          a?.phase === 'Injected' &&
          a.injected === 2 &&
          b?.endReason === 'ttl' &&
          c?.endReason === 'lease' &&
          d?.injected === 1
        );
      },
      45_000,
    );
    t.comment(
      `right again ${((stage.now() - backAt) / 1_000).toFixed(1)} s after: ${right.map(({ status }) => status?.message).join('; ')}`,
    );
    await stage.oneInForce('slotted');
    await stage.inForce('long');
    t.same(
      hitsIn(await stage.timelineOf([...short, ...leased])).filter((when) => when > backAt),
      [],
      'what has ended does not begin again',
    );
    const others = slotted.filter(({ uid }) => uid !== one.uid);
    const moved = hitsIn(await stage.timelineOf(others)).length > 0;
    t.comment(moved ? 'the slot has moved' : 'the slot stayed where it was');
    t.same(await agents(), before, 'agents are ready, and did not restart');
    t.equal(await failedProbes(before), failures, 'their probes have not failed');
    await owner.die();
    const orderedAt = stage.now();
    await stage.remove('long');
    await until(
      'it ended',
      async () => lastHitOf(await stage.timelineOf(long)),
      (when) => stage.now() - when > 1_500,
    );
    stage.judge(t, 'deleted afterwards', lastHitOf(await stage.timelineOf(long)) - orderedAt, 3_000);
  });
});

const isUp = () => kubectl('get', '--raw', '/readyz');
