import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { suspendAfterMs } from '@pado/fault';
import t, { type Test } from 'tap';
import { agentOn, agentsReady, chaos, needsChaos } from '../helpers/chaos.ts';
import { helm, kubectl } from '../helpers/cluster.ts';
import { agentNamespace, type PodFacts, readFault, until } from '../helpers/targets.ts';
import { hitsIn, lastHitOf, Stage, silences, worstGapMs } from './stage.ts';

// Agents that die, freeze, leave and are replaced in the middle of a fault.
t.setTimeout(300_000);
const promptly = 3_000;
/** Two busy cores: a prober's answer, or the kernel's word that a process is gone. */
const noiseMs = 1_000;
/** A hit comes every 50 ms; a shorter time without one is no suspension. */
const blinkMs = 1_000;

t.test('when agents', needsChaos, async (t) => {
  const label = `safety-${randomBytes(3).toString('hex')}`;
  const stage = await Stage.set(t, { labels: { 'pado.dev/e2e': label } });
  const [near, far] = stage.nodes as [string, string];
  const rollout = (...args: string[]) =>
    kubectl('rollout', ...args, 'daemonset/pado-agent', '-n', agentNamespace).then(() => {});

  /** Whoever was suspended was so in time, and has come back by now. */
  const checkSuspension = async (t: Test, what: string, pods: readonly PodFacts[], at: number): Promise<boolean> => {
    const seen = await stage.timelineOf(pods);
    let isSuspended = false;
    for (const { ip, name } of pods) {
      const [first] = silences(seen[ip] ?? [], at - 1_000, stage.now(), blinkMs);
      if (first === undefined) continue;
      isSuspended = true;
      const seconds = ((first.to - first.from) / 1_000).toFixed(2);
      t.comment(`${what}: ${name} was in peace for ${seconds} s, from ${((first.from - at) / 1_000).toFixed(2)} s on`);
      t.ok(first.from - at <= suspendAfterMs + 250 + noiseMs, `${what}: suspended within 5.25 s`, {
        ms: first.from - at,
      });
    }
    if (!isSuspended) t.comment(`${what}: the effect went on, its agent was back in time`);
    return isSuspended;
  };

  await stage.act(
    t,
    'are killed, deleted and frozen',
    async (t) => {
      const startedAt = stage.now();
      const ttlMs = 60_000;
      await stage.arm('on', { ttl: `${ttlMs / 1_000}s` });
      const pods = await stage.inForce();
      const on = (node: string) => pods.filter((pod) => pod.node === node);
      t.same([on(near).length, on(far).length], [2, 2], 'targets are on both nodes');
      const { restarts } = await agentOn(near);

      let at = stage.now();
      await Promise.all([
        agentOn(near).then(({ name }) => chaos('kill', agentNamespace, name, 'agent')),
        agentOn(far).then(({ name }) => kubectl('delete', 'pod', name, '-n', agentNamespace, '--wait=false')),
      ]);
      await agentsReady(stage.nodes);
      await stage.inForce();
      await checkSuspension(t, 'killed', on(near), at);
      await checkSuspension(t, 'its pod deleted', on(far), at);

      // Killed again, it comes back after the kubelet's back-off of 10 s only.
      at = stage.now();
      const frozen = (await agentOn(far)).name;
      t.teardown(() => chaos('cont', agentNamespace, frozen, 'agent').catch(() => {}));
      await Promise.all([
        agentOn(near).then(({ name }) => chaos('kill', agentNamespace, name, 'agent')),
        chaos('stop', agentNamespace, frozen, 'agent'),
      ]);
      await sleep(15_000);
      await chaos('cont', agentNamespace, frozen, 'agent');
      await agentsReady(stage.nodes);
      await stage.inForce();
      await checkSuspension(t, 'killed for longer', on(near), at);
      t.ok(await checkSuspension(t, 'frozen for 15 s', on(far), at), 'a frozen agent holds nothing up');
      t.equal((await agentOn(near)).restarts, restarts + 2, 'killed twice, restarted twice');
      t.equal((await agentOn(far)).restarts, 0, 'frozen, and not restarted');

      await sleep(Math.max(0, startedAt + ttlMs - stage.now()));
      const ms = await stage.reverted(t, `its ttl of ${ttlMs / 1_000} s`, startedAt, ttlMs + 2_000);
      t.ok(ms > ttlMs - 3_000, 'it had its whole time', { ms });
      const { status } = await until(
        'the end is on record',
        () => readFault(stage.namespace, 'on'),
        (fault) => fault.status?.phase === 'Ended' && fault.status.recovered === pods.length,
      );
      const hits = hitsIn(await stage.timelineOf(pods)).length;
      t.comment(`counted ${status?.applied} of ${hits} hits`);
      t.ok((status?.applied ?? 0) >= hits && (status?.applied ?? 0) <= hits * 1.01, 'counters outlived the agents');
      t.equal(status?.endReason, 'ttl');
    },
    { disturbsAgents: true },
  );

  await stage.act(
    t,
    'are rolled',
    async (t) => {
      await agentsReady(stage.nodes);
      await stage.arm('on', { ttl: '180s' });
      const pods = await stage.inForce();
      const from = stage.now();
      await rollout('restart');
      await rollout('status', '--timeout=120s');
      const between = stage.now();
      await kubectl('get', 'pods', '-n', agentNamespace);
      const releases = JSON.parse(await helm('list', '-n', agentNamespace, '-o', 'json')) as { name: string }[];
      if (releases.some(({ name }) => name === 'pado')) {
        const set = ['--set-string', `podAnnotations.e2e=${label}`];
        await helm('upgrade', 'pado', 'charts/agent', '-n', agentNamespace, '--reuse-values', ...set, '--wait');
        await rollout('status', '--timeout=120s');
      } else t.comment('no release of the name pado: helm upgrade was left out');
      await sleep(2_000);
      const to = stage.now();
      const seen = await stage.timelineOf(pods);
      const gaps = [worstGapMs(seen, from, between), worstGapMs(seen, between, to)].map(Math.round);
      t.comment(`longest time without a hit: rollout restart ${gaps[0]} ms, helm upgrade ${gaps[1]} ms`);
      t.ok(Math.max(...gaps) <= 1_000, 'no gap in the effect is longer than 1 s', { gaps });
      const at = stage.now();
      await stage.remove('on');
      await stage.reverted(t, 'after two rollouts', at, promptly);
    },
    { disturbsAgents: true },
  );

  await stage.act(t, "'s node is drained", async (t) => {
    await stage.arm('on', { ttl: '120s' });
    const before = await stage.inForce();
    t.teardown(() => kubectl('uncordon', far));
    await kubectl(
      ...['drain', far, '--ignore-daemonsets', '--delete-emptydir-data', `--pod-selector=pado.dev/e2e=${label}`],
      ...['--timeout=60s'],
    );
    await kubectl('rollout', 'status', 'deployment/web', '-n', stage.namespace, '--timeout=60s');
    await stage.watch();
    const after = await stage.inForce();
    t.ok(after.every(({ node }) => node === near));
    t.equal(after.length, before.length, 'those that came instead are hit on the other node');
    await kubectl('uncordon', far);
    const at = stage.now();
    await stage.remove('on');
    await stage.reverted(t, 'after a drain', at, promptly);
    t.ok(lastHitOf(await stage.timelineOf(before)) <= at + promptly);
  });
});
