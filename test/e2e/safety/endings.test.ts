import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion, type FaultResource } from '@pado/fault';
import t from 'tap';
import { agents, memoryOf } from '../helpers/chaos.ts';
import { apply, kubectl } from '../helpers/cluster.ts';
import { api, faultOf, readFault, until } from '../helpers/targets.ts';
import { ownLease } from './owner.ts';
import { hitsIn, Stage, worstGapMs } from './stage.ts';

// How a fault ends by somebody's will or by time. Promised: 1 s after the API server's word; asserted: 3 s.
t.setTimeout(300_000);
const promptly = 3_000;
const memoryLimit = 128 << 20;

t.test('ends', async (t) => {
  const stage = await Stage.set(t, { apps: { web: 2 } });
  const counted = (name: string) =>
    until(
      `${name} is counted in 2 pods`,
      () => readFault(stage.namespace, name),
      ({ status }) => status?.injected === 2,
    );

  await stage.act(t, 'when its object is deleted', async (t) => {
    await stage.arm('gone');
    await stage.inForce();
    const at = stage.now();
    await stage.remove('gone');
    await stage.reverted(t, 'deleted', at, promptly);
  });

  await stage.act(t, 'when it is stopped, and keeps its evidence', async (t) => {
    await stage.arm('stopped');
    await stage.inForce();
    await counted('stopped');
    const at = stage.now();
    await api.request('PATCH', `/apis/${apiVersion}/namespaces/${stage.namespace}/faults/stopped`, {
      contentType: 'application/merge-patch+json',
      body: { spec: { stopped: true } },
    });
    await stage.reverted(t, 'stopped', at, promptly);
    const { status } = await until(
      'all have recovered',
      () => readFault(stage.namespace, 'stopped'),
      (fault) =>
        fault.status?.conditions.some(({ type, status }) => type === 'AllRecovered' && status === 'True') === true,
    );
    t.match(status, { phase: 'Ended', endReason: 'stopped', recovered: 2 });
    // Each hit was an answer to a prober, and nobody else asks.
    t.equal(status?.applied, hitsIn(await stage.timeline()).length, 'every hit is counted, once');
  });

  await stage.act(t, 'by its ttl', async (t) => {
    const at = stage.now();
    await stage.arm('short', { ttl: '5s' });
    await stage.inForce();
    const ms = await stage.reverted(t, 'ttl of 5 s, from its creation', at, 7_000);
    t.ok(ms > 2_500, 'and not before its time', { ms });
  });

  await stage.act(t, 'when its run is killed: its Lease is renewed no more', async (t) => {
    const owner = await ownLease(t, stage.namespace, 'run-42', 3);
    await stage.arm('leased', { leaseName: 'run-42' });
    const pods = await stage.inForce();
    const from = stage.now();
    await sleep(5_000);
    const to = stage.now();
    t.ok(worstGapMs(await stage.timelineOf(pods), from, to) < 2_000, 'it goes on for as long as it is renewed');
    await owner.die();
    const at = owner.renewedAt + stage.now() - Date.now();
    const ms = await stage.reverted(t, 'the run is killed (Lease of 3 s)', at, 3_000 + promptly);
    t.ok(ms > 1_500, 'the Lease was waited for', { ms });
  });

  await stage.act(t, 'two on one pod end one by one, in either order', async (t) => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      await stage.arm('a');
      await stage.arm('b');
      const pods = await stage.inForce();
      await Promise.all([counted('a'), counted('b')]);
      const from = stage.now();
      await stage.remove(first);
      await sleep(2_500);
      const at = stage.now();
      t.ok(worstGapMs(await stage.timelineOf(pods), from, at) < 2_000, `${second} goes on without ${first}`);
      await stage.remove(second);
      await stage.reverted(t, `the second of two (${second})`, at, promptly);
    }
  });

  await stage.act(t, '200 at once', async (t) => {
    const names = Array.from({ length: 200 }, (_, n) => `many-${n}`);
    const from = Date.now();
    await apply({
      ...{ apiVersion: 'v1', kind: 'List' },
      items: names.map((name) => faultOf(stage.namespace, name, 'web', { ttl: '120s' })),
    });
    const count = async () => {
      const { items } = await api.request<{ items: FaultResource[] }>(
        'GET',
        `/apis/${apiVersion}/namespaces/${stage.namespace}/faults`,
      );
      const injected = items.filter(({ status }) => status?.injected === 2);
      return { injected: injected.length, counted: injected.filter(({ status }) => status!.matched > 0).length };
    };
    await until('all are in force and counted', count, ({ counted }) => counted === names.length, 60_000);
    t.comment(`200 faults are in force and counted after ${((Date.now() - from) / 1_000).toFixed(1)} s`);
    const memory = await Promise.all((await agents()).map(memoryOf));
    t.comment(
      `the agents' memory meanwhile: ${memory.map((bytes) => `${Math.round(bytes / 2 ** 20)} MiB`).join(', ')}`,
    );
    t.ok(
      memory.every((bytes) => bytes < memoryLimit),
      'agents stay below their limit',
    );
    await api.request('DELETE', `/apis/${apiVersion}/namespaces/${stage.namespace}/faults`, { timeoutMs: 60_000 });
    // The API server deletes one after the other, and answers after the last.
    await stage.reverted(t, 'the last of 200 deleted', stage.now(), promptly);
  });

  await stage.act(t, 'when its namespace is deleted', async (t) => {
    await stage.arm('homeless');
    await stage.inForce();
    const at = stage.now();
    await kubectl('delete', 'namespace', stage.namespace, '--wait=false');
    // The namespace's controller deletes what is in it kind by kind, pods among them: whichever comes first.
    await stage.reverted(t, 'its namespace is deleted', at, 15_000);
  });
});
