import type { FaultSpec } from '@pado/fault';
import t from 'tap';
import { fault, handClock, testAgent } from '../../helpers/daemon.ts';
import type { WireInjector } from '../../helpers/wire-injector.ts';

const killing = (spec: Partial<FaultSpec> = {}) =>
  fault('kill', 'payments', { ttl: '10m', effects: [{ kind: 'kill' }], ...spec } as Partial<FaultSpec>);

const isArmed = ({ received }: WireInjector) => received.some(({ type }) => type === 'arm');

/** An agent, and processes that come, are hit, and go. */
async function start(t: Parameters<typeof testAgent>[0]) {
  const clock = handClock();
  const parts = await testAgent(t, { clock });
  /** Whether the agent arms it: every word for a newcomer is there before the next heartbeat, and a tick later. */
  const join = async (hello: { pod?: string; pid?: number; instance?: string }) => {
    const target = await parts.connect({ name: 'payments', ...hello });
    await target.next('heartbeat');
    return target;
  };
  const leave = async (target: WireInjector) => {
    const { length } = (await parts.call('GET', '/v1/targets')).body.items;
    target.hangUp();
    while ((await parts.call('GET', '/v1/targets')).body.items.length === length);
  };
  /** It reports, acts and is gone, as the injector does. */
  const die = async (target: WireInjector) => {
    const { uid } = await target.next('arm');
    target.say({ type: 'state', uid, state: 'armed' });
    target.say({
      type: 'evidence',
      uid,
      effects: [{ index: 0, kind: 'kill', matched: 1, applied: 1, cut: 0 }],
    });
    await parts.until('kill', ({ targets }) => targets.some(({ evidence }) => evidence[0]?.applied === 1));
    await leave(target);
  };
  return { ...parts, clock, join, leave, die };
}

t.test('a pod whose process was ended and came back is not armed again by the same fault', async (t) => {
  const { call, connect, status, join, die } = await start(t);
  const target = await connect({ name: 'payments', pod: 'pod-1' });
  await call('POST', '/v1/faults', killing());
  await die(target);
  const again = await join({ pod: 'pod-1', pid: 2 });
  t.notOk(isArmed(again));
  t.match(await status('kill'), {
    phase: 'Injected',
    conditions: { AllInjected: true },
    targets: [{ state: 'lost' }],
    evidence: [{ applied: 1 }],
  });
  t.equal((await status('kill')).targets.length, 1);
  t.ok(isArmed(await join({ pod: 'pod-2', pid: 3 })), 'another pod is');
});

t.test('but once in each pulse', async (t) => {
  const { call, clock, connect, join, die } = await start(t);
  const target = await connect({ name: 'payments', pod: 'pod-1' });
  await call('POST', '/v1/faults', killing({ startAfter: '10s', pulse: { active: '10s', dormant: '20s' } }));
  clock.advance(15_000);
  await die(target);
  clock.advance(14_000);
  const second = await join({ pod: 'pod-1', pid: 2 });
  t.notOk(isArmed(second), 'the phase is dormant, the pulse is the same');
  clock.advance(11_000);
  t.match(await second.next('arm'), { elapsedMs: 40_000 }, 'the next pulse has begun');
});

t.test('a process that was armed in one pulse and ended in a later one is spent for that one', async (t) => {
  const { call, clock, connect, join, die } = await start(t);
  const target = await connect({ name: 'payments', pod: 'pod-1' });
  await call('POST', '/v1/faults', killing({ pulse: { active: '10s', dormant: '20s' } }));
  clock.advance(61_000);
  await die(target);
  t.notOk(isArmed(await join({ pod: 'pod-1', pid: 2 })));
});

t.test('a process that restarts before the fault begins is armed anew', async (t) => {
  const { call, clock, connect, join, leave } = await start(t);
  const target = await connect({ name: 'payments', pod: 'pod-1' });
  await call('POST', '/v1/faults', killing({ startAfter: '30s' }));
  await target.next('arm');
  await leave(target);
  clock.advance(10_000);
  t.ok(isArmed(await join({ pod: 'pod-1', pid: 2 })));
});

t.test('of two processes in one pod only one is armed', async (t) => {
  const { call, connect, status } = await start(t);
  for (const pid of [1, 2]) await connect({ name: 'payments', pod: 'pod-1', pid });
  await call('POST', '/v1/faults', killing());
  t.equal((await status('kill')).targets.length, 1);
});

t.test('without a pod nobody joins who came later, but a process that only reconnects goes on', async (t) => {
  const { call, connect, join, leave } = await start(t);
  const target = await connect({ name: 'payments', instance: 'instance-1' });
  await call('POST', '/v1/faults?wait=true', killing());
  await target.next('arm');
  t.notOk(isArmed(await join({ pid: 2 })));
  await leave(target);
  t.ok(isArmed(await join({ instance: 'instance-1' })));
});

t.test('one means one: nobody takes the place of a process that was ended', async (t) => {
  const { call, clock, connect, status, die } = await start(t);
  const targets = [
    await connect({ name: 'payments', pod: 'pod-1', pid: 1 }),
    await connect({ name: 'payments', pod: 'pod-2', pid: 2 }),
  ];
  const target = { ...fault('x', 'payments').spec.target, mode: 'one' as const };
  await call('POST', '/v1/faults', killing({ target, pulse: { active: '10s', dormant: '20s' } }));
  const [first] = (await status('kill')).targets;
  await die(targets[first!.pid - 1]!);
  const other = targets[2 - first!.pid]!;
  for (const ms of [6_000, 30_000, 30_000]) {
    clock.advance(ms);
    await other.next('heartbeat');
    t.notOk(isArmed(other));
  }
  t.equal((await status('kill')).targets.length, 1);
});
