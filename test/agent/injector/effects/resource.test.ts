import type { Effect } from '@pado/fault';
import t from 'tap';
import { memoryLimit } from '../../../../agent/injector/src/host/limits.ts';
import { connectedHost, type Host } from '../../../helpers/host.ts';
import type { WireTarget } from '../../../helpers/wire-agent.ts';

const mebi = 2 ** 20;

const mean = (target: WireTarget, uid: string): number => {
  const dose = target.evidence(uid)[0]!.dose!;
  return dose.deliveredSum / dose.samples;
};

const timers = async (host: Host): Promise<string[]> =>
  (await host.ask<string[]>('resources')).filter((name) => name !== 'TCPSocketWrap');

t.test('event-loop: a load', async (t) => {
  const { host, target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'event-loop', load: 50 });
  const { blocked } = await host.ask<{ blocked: number }>('lag', 2_000);
  t.ok(blocked > 300, `${Math.round(blocked)} of 2000 ms were blocked`);
  await target.sampled(uid, 2);
  await target.disarm(uid);
  const delivered = mean(target, uid);
  t.ok(delivered > 10 && delivered < 95, `${delivered}% of the main thread`);
  t.match(target.evidence(uid), [{ applied: 1, dose: { unit: 'percent' } }]);
  const after = await host.ask<{ blocked: number }>('lag', 500);
  t.ok(after.blocked < 400, 'the loop is free again');
});

t.test('event-loop: stalls', async (t) => {
  const { host, target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'event-loop', stall: '300ms', every: '1s' });
  const { longest } = await host.ask<{ longest: number }>('lag', 1_500);
  t.ok(longest >= 300, `${longest} ms`);
  await target.disarm(uid);
});

t.test('event-loop: a blocked loop ends at its ttl', async (t) => {
  const { host, target } = await connectedHost(t);
  const startedAt = performance.now();
  const uid = await target.arm({ kind: 'event-loop', stall: '30s', every: '31s' }, { ttl: '700ms' });
  if (target.lastState(uid)?.state !== 'ended') await target.nextState(uid, 'ended');
  const lasted = performance.now() - startedAt;
  t.ok(lasted >= 650 && lasted < 5_000, `${lasted} ms`);
  t.match(target.evidence(uid), [{ applied: 1 }]);
  t.ok(await host.ask('pid'));
});

t.test('event-loop: a stall ends with its lease, though the loop hears nothing', async (t) => {
  const { target } = await connectedHost(t);
  const startedAt = performance.now();
  const uid = await target.arm({ kind: 'event-loop', stall: '30s', every: '31s' }, { ttl: '1m' });
  await target.next((message) => message.type === 'heartbeat');
  const lasted = performance.now() - startedAt;
  t.ok(lasted < 8_000, `${lasted} ms`);
  t.match(target.lastState(uid), { state: 'armed' }, 'the agent was there all the time: nothing is suspended');
});

t.test('cpu: a share of the quota, in threads of their own', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await timers(host);
  const cpuBefore = await host.ask<NodeJS.CpuUsage>('cpu');
  const uid = await target.arm({ kind: 'cpu', load: 15 });
  await target.sampled(uid, 3);
  const cpuAfter = await host.ask<NodeJS.CpuUsage>('cpu');
  await target.disarm(uid);
  t.ok(cpuAfter.user - cpuBefore.user > 150_000, 'the process has really used it');
  const delivered = mean(target, uid);
  t.ok(delivered > 2 && delivered < 30, `${delivered}% of the quota`);
  t.match(target.evidence(uid), [{ applied: 1, dose: { unit: 'percent' } }]);
  const idle = await host.ask<NodeJS.CpuUsage>('cpu');
  await host.ask('lag', 1);
  // Burning goes on for as long as nobody stops it: in that time it would be 0.6 s of two cores.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const later = await host.ask<NodeJS.CpuUsage>('cpu');
  t.ok(later.user - idle.user < 300_000, 'nothing burns any more');
  t.same(await timers(host), before);
});

t.test('memory: rss is resident, and given back', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await host.ask<number>('rss');
  const uid = await target.arm({ kind: 'memory', where: 'rss', size: '96Mi' });
  await target.sampled(uid, 1);
  const during = await host.ask<number>('rss');
  t.ok(during - before > 90 * mebi, `${(during - before) / mebi} MiB more`);
  await target.disarm(uid);
  const after = await host.ask<number>('rss');
  t.ok(after - before < 16 * mebi, `${(after - before) / mebi} MiB left`);
  t.match(target.evidence(uid), [{ applied: 1, dose: { unit: 'bytes' } }]);
});

t.test('memory: a ramp rises with time', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await host.ask<number>('rss');
  const uid = await target.arm({ kind: 'memory', where: 'rss', size: '400Mi', ramp: '20s' });
  await target.sampled(uid, 1);
  const during = (await host.ask<number>('rss')) - before;
  t.ok(during > 10 * mebi && during < 300 * mebi, `${during / mebi} MiB of 400 after a second`);
  await target.disarm(uid);
});

t.test('memory: heap is live, and no longer held afterwards', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await host.ask<number>('heap');
  const uid = await target.arm({ kind: 'memory', where: 'heap', size: '64Mi' });
  await target.sampled(uid, 1);
  const during = await host.ask<number>('heap');
  t.ok(during - before > 60 * mebi, `${(during - before) / mebi} MiB more`);
  await target.disarm(uid);
  await host.ask('gc');
  const after = await host.ask<number>('heap');
  t.ok(after - before < 8 * mebi, `${(after - before) / mebi} MiB left`);
});

t.test('memory: what would kill the process, or cannot be reckoned, is refused', async (t) => {
  const { host, target } = await connectedHost(t);
  const codeOf = async (effect: Effect) => {
    const uid = await target.arm(effect);
    return target.lastState(uid);
  };
  const refused = { state: 'failed', code: 'ERR_PADO_REFUSED' };
  t.match(await codeOf({ kind: 'memory', where: 'heap', size: '99%' }), refused);
  t.match(await codeOf({ kind: 'memory', where: 'heap', size: '100Gi' }), refused);
  if (memoryLimit() === undefined)
    t.match(await codeOf({ kind: 'memory', where: 'rss', size: '50%' }), {
      state: 'failed',
      code: 'ERR_PADO_LIMIT_UNKNOWN',
    });
  else t.match(await codeOf({ kind: 'memory', where: 'rss', size: '99%' }), refused);
  t.ok(await host.ask('pid'), 'the process lives');
});
