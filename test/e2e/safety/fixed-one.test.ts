import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { agentOn, agentsReady, chaos, needsChaos } from '../helpers/chaos.ts';
import { kubectl } from '../helpers/cluster.ts';
import { crowded } from '../helpers/prober.ts';
import { agentNamespace, readFault, until } from '../helpers/targets.ts';
import { closestMs, hitsIn, Stage } from './stage.ts';

// `fixed: 1` under random trouble. Each pod is asked every 50 ms by each of two probers: two pods in force at once for
// 100 ms or longer are seen as hits on both that are closer than 100 ms; shorter than that nobody can tell. A hit counts
// at its answer's time, so that a busy machine can make two that follow one another look closer, never farther apart.
t.setTimeout(330_000);
const troubleMs = 40_000;
/** Longer than a slot is waited for. */
const longFreezeMs = 20_000;
const seed = Number(process.env.PADO_E2E_SEED ?? Date.now() % 1_000_000);

/** mulberry32: the same trouble again for the same seed, as far as the cluster allows. */
function randomOf(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

t.test('fixed: 1 under trouble at random', needsChaos, async (t) => {
  const stage = await Stage.set(t, { isOnEveryNode: true });
  const done: string[] = [];

  const trouble = async (node: string, random: () => number, endsAt: number) => {
    while (Date.now() < endsAt) {
      await sleep(1_000 + random() * 9_000);
      const dice = random();
      try {
        const { name, restarts } = await agentOn(node);
        // The kubelet waits ever longer before it starts again what was killed; a new pod begins anew.
        if (dice < 0.35 && restarts < 2) {
          await chaos('kill', agentNamespace, name, 'agent');
          done.push('kill');
        } else if (dice < 0.65) {
          // Too short for the slot to move, or long enough.
          const frozenMs = random() < 0.5 ? 1_000 + random() * 8_000 : 13_000 + random() * 5_000;
          await chaos('stop', agentNamespace, name, 'agent');
          await sleep(frozenMs);
          await chaos('cont', agentNamespace, name, 'agent');
          done.push('freeze');
        } else if (dice < 0.9) {
          const force = random() < 0.5 ? ['--force', '--grace-period=0'] : [];
          await kubectl('delete', 'pod', name, '-n', agentNamespace, '--wait=false', ...force);
          done.push(force.length > 0 ? 'delete at once' : 'delete');
        } else {
          await kubectl('rollout', 'restart', 'daemonset/pado-agent', '-n', agentNamespace);
          done.push('roll');
        }
      } catch {
        // Its agent is just not there: that is trouble, too.
        done.push('missed');
      }
    }
  };

  /** The slot moves at least once, while the agent that had it is about to wake up and knows nothing of that. */
  const moveOn = async () => {
    const hit = await stage.oneInForce();
    const { name } = await agentOn(hit.node);
    const awake = () => chaos('cont', agentNamespace, name, 'agent');
    t.teardown(() => awake().catch(() => {}));
    await chaos('stop', agentNamespace, name, 'agent');
    await sleep(longFreezeMs);
    await awake();
  };

  await stage.act(
    t,
    'never hits two pods, and is in force at the end',
    async (t) => {
      t.comment(`PADO_E2E_SEED=${seed}`);
      await agentsReady(stage.nodes);
      const selector = { matchLabels: { 'app.kubernetes.io/name': 'web' } };
      await stage.arm('one', { target: { selector, mode: 'fixed', value: 1 }, ttl: '600s' });
      await stage.oneInForce();
      const from = stage.now();
      await moveOn();
      const endsAt = Date.now() + troubleMs;
      await Promise.all(stage.nodes.map((node, n) => trouble(node, randomOf(seed + n), endsAt)));
      const counts = Object.entries(Object.groupBy(done, (what) => what)).map(
        ([what, all]) => `${what} ${all?.length}`,
      );
      t.comment(`trouble: ${counts.join(', ')}`);
      await agentsReady(stage.nodes, 120_000);
      await stage.oneInForce('web', 60_000);
      const to = stage.now();
      await until(
        'its status says so',
        () => readFault(stage.namespace, 'one'),
        ({ status }) => status?.injected === 1,
        60_000,
      );
      const seen = await stage.timelineOf(await stage.pods());
      const hits = hitsIn(seen).filter((at) => at >= from && at <= to);
      const seconds = new Set(hits.map((at) => Math.floor(at / 1_000))).size;
      const pods = Object.values(seen).filter((line) => line.some(([, what]) => what === 'hit')).length;
      const apartMs = closestMs(seen);
      t.comment(`in force in ${seconds} of ${Math.round((to - from) / 1_000)} s, on ${pods} pods one after the other`);
      t.comment(`hits on two pods were never closer than ${Math.round(apartMs)} ms`);
      t.ok(pods > 1, 'the slot has moved');
      t.same(crowded(seen, 1), [], 'in no half second were two pods hit');
      t.ok(apartMs >= 250, 'hits on two pods lie apart', { apartMs });
    },
    { disturbsAgents: true },
  );
});
