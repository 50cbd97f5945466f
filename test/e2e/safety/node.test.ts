import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { agentsReady, chaos, needsChaos } from '../helpers/chaos.ts';
import { readFault, until } from '../helpers/targets.ts';
import { ownLease } from './owner.ts';
import { closestMs, hitsIn, lastHitOf, Stage } from './stage.ts';

// A node that hears nobody else any more: its faults have to end there by the rules of leases alone.
t.setTimeout(180_000);
const leaseMs = 4_000;
const slotHoldMs = 4_000;
const takeoverMs = 10_000;
const renewMs = 2_000;
const noiseMs = 2_000;

t.test('a node that is cut off', needsChaos, async (t) => {
  const stage = await Stage.set(t, { apps: { web: 4, leased: 2 }, isOnEveryNode: true });

  await stage.act(t, 'reverts what it cannot hold', async (t) => {
    const owner = await ownLease(t, stage.namespace, 'run-42', leaseMs / 1_000);
    await stage.arm('one', { target: { ...webOf, mode: 'fixed', value: 1 }, ttl: '180s' });
    await stage.arm('leased', { leaseName: 'run-42', ttl: '180s' }, 'leased');
    const [hit, leased, web] = [await stage.oneInForce(), await stage.inForce('leased'), await stage.pods()];
    const here = leased.filter(({ node }) => node === hit.node);
    const elsewhere = leased.filter(({ node }) => node !== hit.node);
    t.same([here.length, elsewhere.length], [1, 1], 'targets are on both nodes');

    const at = stage.now();
    t.teardown(() => chaos('mend', hit.node));
    await chaos('cut', hit.node);
    await sleep(takeoverMs + renewMs + 4_000);
    const mendedAt = stage.now();
    await chaos('mend', hit.node);
    const back = await until(
      'the prober over there answers again',
      () => stage.timeline(),
      () => true,
      60_000,
    );
    t.ok(back);

    const cut = await stage.timelineOf(web);
    stage.judge(
      t,
      'cut off, by the slot',
      lastHitOf({ hit: before(cut[hit.ip], mendedAt) }) - at,
      slotHoldMs + noiseMs,
    );
    const moved = hitsIn(Object.fromEntries(Object.entries(cut).filter(([ip]) => ip !== hit.ip)));
    const [first] = moved;
    t.ok(first !== undefined, 'another pod is hit instead');
    const afterMs = (first ?? 0) - at;
    t.comment(`the slot moved ${(afterMs / 1_000).toFixed(2)} s after the cut`);
    t.ok(afterMs >= takeoverMs - renewMs, 'and not before its holder was silent for 10 s', { afterMs });

    const line = (await stage.timelineOf(here))[here[0]!.ip];
    stage.judge(
      t,
      'cut off, by the Lease of its run',
      lastHitOf({ line: before(line, mendedAt) }) - at,
      leaseMs + noiseMs,
    );
    t.same(
      hitsIn({ line: line!.filter(([when]) => when > mendedAt) }),
      [],
      'what its Lease has ended stays ended when the network is back',
    );
    const far = (await stage.timelineOf(elsewhere))[elsewhere[0]!.ip]!;
    t.ok(hitsIn({ far: far.filter(([when]) => when > at + leaseMs) }).length > 0, 'elsewhere it goes on');

    await agentsReady(stage.nodes);
    await sleep(3_000);
    const all = await stage.timelineOf(web);
    const apartMs = closestMs(all);
    t.comment(`hits on two pods were never closer than ${Math.round(apartMs)} ms`);
    t.ok(apartMs >= 250, 'never two pods at once', { apartMs });
    await stage.oneInForce();
    t.equal((await readFault(stage.namespace, 'one')).status?.injected, 1, 'its status says so');
    await owner.die();
  });
});

const webOf = { selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } };
const before = <T>(line: readonly (readonly [number, T])[] = [], at: number) => line.filter(([when]) => when < at);
