// Which pods a fault hits, over all nodes: by what a client outside of them sees of every pod, again and again.
import type { FaultSpec } from '@pado/fault';
import t from 'tap';
import { wantedCount } from '../../../agent/daemon/src/select.ts';
import { kubectl, namespace } from '../helpers/cluster.ts';
import {
  ask,
  callFrom,
  createFault,
  type Injected,
  inject,
  isInForce,
  isRecovered,
  named,
  placeOf,
  withLabel,
} from '../helpers/effects.ts';
import { crowded, type Sample, startProber } from '../helpers/prober.ts';
import { askPod, deploy, marker, podsOf, until } from '../helpers/targets.ts';

const tier = 'pado.dev/test-tier';
const replicas = 4;
const ns = await namespace(t, 'pado-selection');
const [prober] = await Promise.all([
  startProber(ns),
  deploy(ns, 'web', { replicas, spread: true }),
  deploy(ns, 'pair', { labels: { [tier]: 'mixed' }, replicas: 2, spread: true }),
  deploy(ns, 'bare', { labels: { [tier]: 'mixed' }, injected: false }),
  deploy(ns, 'double', { beside: 'beside' }),
]);
const web = { namespace: ns, target: 'web' };

type Timeline = Readonly<Record<string, readonly Sample[]>>;
const watchAll = async () => prober.watch((await podsOf(ns, 'web')).map(({ ip }) => ip));
const hitSince = (timeline: Timeline, sinceMs: number): string[] =>
  Object.entries(timeline)
    .filter(([, line]) => line.some(([at, what]) => what === 'hit' && at > sinceMs))
    .map(([address]) => address);
const withoutPast = (timeline: Timeline, sinceMs: number): Timeline =>
  Object.fromEntries(Object.entries(timeline).map(([address, line]) => [address, line.filter(([at]) => at > sinceMs)]));

/** The prober's timeline from a time on, once every pod has answered often since. */
async function seenSince(sinceMs: number): Promise<Timeline> {
  const isSeen = (line: readonly Sample[]) => line.filter(([at]) => at > sinceMs).length >= 20;
  const all = await until('every pod answers', prober.timeline, (timeline) => Object.values(timeline).every(isSeen));
  return withoutPast(all, sinceMs);
}

async function end(fault: Injected): Promise<void> {
  await fault.patch({ stopped: true });
  await fault.when('has reverted', isRecovered);
}

t.test('targets are on both nodes', async (t) => {
  t.equal(new Set((await podsOf(ns, 'web')).map(({ node }) => node)).size, 2);
  await watchAll();
});

const modes: readonly Pick<FaultSpec['target'], 'mode' | 'value'>[] = [
  { mode: 'one' },
  { mode: 'fixed', value: 2 },
  { mode: 'fixed-percent', value: 70 },
  { mode: 'random-max-percent', value: 100 },
];
for (const mode of modes) {
  t.test(`mode ${mode.mode} hits so many pods, and never more at once`, async (t) => {
    // With this seed the random share is neither nobody nor everybody.
    const seed = 3;
    const target = { ...named('web'), ...mode };
    const count = wantedCount(target, replicas, seed);
    t.ok(count > 0 && count < replicas);
    const startedAt = await prober.now();
    const fault = await createFault(t, ns, 'web', { target, seed });
    const { status } = await fault.when('is in force', isInForce);
    t.equal(status?.pods, `${count}/${count}`);
    const timeline = await seenSince(await prober.now());
    t.equal(hitSince(timeline, 0).length, count);
    await end(fault);
    const all = withoutPast(await prober.timeline(), startedAt);
    t.same(crowded(all, count), [], 'never more at once');
    t.same(hitSince(await seenSince(await prober.now()), 0), [], 'it leaves nothing behind');
  });
}

t.test('a Deployment that grows: fixed stays what it is, all takes in who comes', async (t) => {
  const startedAt = await prober.now();
  const fixed = await createFault(t, ns, 'web', { target: { ...named('web'), mode: 'fixed', value: 2 } });
  await fixed.when('is in force', isInForce);
  await kubectl('scale', 'deployment/web', '-n', ns, `--replicas=${replicas + 1}`);
  await kubectl('rollout', 'status', 'deployment/web', '-n', ns, '--timeout=120s');
  await watchAll();
  // Another fault reaches the newcomer, so this one could have.
  await (await inject(t, web, { kind: 'error', direction: 'inbound', status: 503, match: { path: '/none' } })).remove();
  const timeline = await seenSince(await prober.now());
  t.equal(hitSince(timeline, 0).length, 2);
  t.same(crowded(withoutPast(await prober.timeline(), startedAt), 2), [], 'never more at once');
  await end(fixed);

  const all = await inject(t, web, marker);
  t.equal((await all.read()).status?.pods, `${replicas + 1}/${replicas + 1}`);
  await kubectl('scale', 'deployment/web', '-n', ns, `--replicas=${replicas + 2}`);
  await kubectl('rollout', 'status', 'deployment/web', '-n', ns, '--timeout=120s');
  await watchAll();
  await all.when('counts the newcomer', ({ status }) => status?.pods === `${replicas + 2}/${replicas + 2}`);
  t.equal(hitSince(await seenSince(await prober.now()), 0).length, replicas + 2);
  await end(all);
});

t.test('pods without injection are not hit, and the status counts them', async (t) => {
  const [bare] = await podsOf(ns, 'bare');
  const fault = await createFault(t, ns, 'pair', { target: withLabel(tier, 'mixed') });
  const { status } = await fault.when('is in force in the pair', (one) => one.status?.injected === 2);
  t.match(await askPod(ns, bare!.name, '/'), { pod: bare!.name }, 'it answers as ever');
  t.match(status, { pods: '2/3', selected: 3, injected: 2 });
});

t.test('a container by name is hit, and the one beside it is not', async (t) => {
  const [pod] = await podsOf(ns, 'double');
  const pair = await placeOf(ns, 'pair');
  const url = (port: number) => `http://${pod!.ip}:${port}/`;
  for (const [container, hitPort, missedPort] of [
    ['app', 8080, 8081],
    ['beside', 8081, 8080],
  ] as const) {
    const fault = await createFault(t, ns, 'double', { target: { ...named('double'), container } });
    await fault.when('is in force', isInForce);
    t.match(await callFrom(pair, url(hitPort)), { status: 418 }, `${container} is hit`);
    t.match(await callFrom(pair, url(missedPort)), { status: 200 }, 'the other one is missed');
    const targets = (await fault.reports()).flatMap((report) => report.targets);
    t.match(targets, [{ container }]);
    t.equal(targets.length, 1);
    await end(fault);
  }
});

t.test('faults that overlap compose, and each leaves alone', async (t) => {
  const slow = (delay: string) => ({ kind: 'latency', direction: 'inbound', delay, match: { path: '/' } }) as const;
  const double = await placeOf(ns, 'double');
  const caller = await placeOf(ns, 'pair');
  const look = () => callFrom(caller, `http://${double.ip}:8080/`);
  const isAbout = (ms: number) => (seen: { ms: number; status?: number }) =>
    seen.status === 200 && seen.ms >= ms && seen.ms < ms + 350;
  const first = await inject(t, double, slow('400ms'));
  t.ok(await until('the first', look, isAbout(400)));
  const second = await inject(t, double, slow('800ms'));
  t.ok(await until('both delays', look, isAbout(1_200)));
  const third = await inject(t, double, marker);
  t.equal((await look()).status, 418, 'an error beside them');
  await third.remove();
  await first.remove();
  t.ok(await until('the second alone', look, isAbout(800)));
  await second.remove();
  t.ok(await until('none', look, ({ ms, status }) => status === 200 && ms < 350));
  t.same(await ask(double, '/readyz'), { status: 'ok' });
});
