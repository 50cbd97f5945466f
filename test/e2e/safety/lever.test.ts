// Limits of the whole cluster, in the ConfigMap beside the agent. While this runs nobody else's fault may.
import { names } from '@pado/fault';
import t from 'tap';
import { kubectl, namespace } from '../helpers/cluster.ts';
import { createFault, type Injected, inject, isRecovered } from '../helpers/effects.ts';
import { lastHit, startProber } from '../helpers/prober.ts';
import { agentNamespace, deploy, marker, podsOf, until } from '../helpers/targets.ts';

/** Null takes a key away. */
const limit = (data: Readonly<Record<string, string | null>>) =>
  kubectl('patch', 'cm', names.limits, '-n', agentNamespace, '--type=merge', '-p', JSON.stringify({ data }));
const asBefore = () => limit({ safetyLever: 'disengaged', maxTargets: null, forbiddenKinds: null });
t.teardown(asBefore);

const ns = await namespace(t, 'pado-lever');
const [prober] = await Promise.all([startProber(ns), deploy(ns, 'web', { replicas: 2, spread: true })]);
const web = { namespace: ns, target: 'web' };
await prober.watch((await podsOf(ns, 'web')).map(({ ip }) => ip));

const isRefused = (fault: Injected) => fault.when('is refused', ({ status }) => status?.phase === 'Refused');
/** No pod is hit in a second's worth of answers from now. */
async function isQuiet(): Promise<boolean> {
  const since = await prober.now();
  const timeline = await until('every pod answers', prober.timeline, (all) =>
    Object.values(all).every((line) => line.filter(([at]) => at > since).length >= 20),
  );
  return (lastHit(timeline) ?? 0) <= since;
}

t.test('the lever ends everything at once, and nothing resumes', async (t) => {
  const [first, second] = await Promise.all([inject(t, web, marker), inject(t, web, { kind: 'gc', rate: '1Mi' })]);
  await until('it bites', prober.timeline, (timeline) => lastHit(timeline) !== undefined);
  const engagedAt = await prober.now();
  await limit({ safetyLever: 'engaged' });
  for (const fault of [first, second]) {
    const { status } = await fault.when('has reverted', isRecovered);
    t.match(status, { phase: 'Ended', endReason: 'lever', injected: 0, recovered: 2 });
  }
  const lateMs = lastHit(await prober.timeline())! - engagedAt;
  t.comment(`the last answer that was hit came ${lateMs} ms after the order, kubectl's own start included`);
  t.ok(lateMs < 3_000);

  const late = await createFault(t, ns, 'web', {});
  t.match((await isRefused(late)).status?.message, /the safety lever is engaged/);
  t.ok(await isQuiet());

  await limit({ safetyLever: 'disengaged' });
  // A fault that comes afterwards is in force, so the others could have been.
  await (await inject(t, web, { kind: 'error', direction: 'inbound', status: 503, match: { path: '/none' } })).remove();
  t.ok(await isQuiet(), 'nothing resumes');
  t.equal((await first.read()).status?.phase, 'Ended');
  t.equal((await late.read()).status?.phase, 'Refused');
});

t.test('limits for the whole cluster refuse what exceeds them', async (t) => {
  await limit({ maxTargets: '1' });
  const wide = await createFault(t, ns, 'web', {});
  t.match((await isRefused(wide)).status?.message, /would hit 2 pods and the namespace \S+ allows 1 at a time/);
  await limit({ maxTargets: null, forbiddenKinds: 'exit,gc' });
  const forbidden = await createFault(t, ns, 'web', { effects: [{ kind: 'gc', rate: '1Mi' }] });
  t.match((await isRefused(forbidden)).status?.message, /effects of kind gc are forbidden/);
  t.ok(await isQuiet());
  await asBefore();
  await inject(t, web, marker);
  await until('it bites again', isQuiet, (quiet) => !quiet);
});
