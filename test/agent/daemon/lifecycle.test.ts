import t from 'tap';
import { fault, handClock, testAgent } from '../../helpers/daemon.ts';

t.test('arms the targets that fit and no others', async (t) => {
  const { call, connect, until } = await testAgent(t);
  const payments = await connect({ name: 'payments' });
  const orders = await connect({ name: 'orders' });
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const arm = await payments.next('arm');
  t.match(arm, { name: 'slow', spec: { ttl: '30s' } });
  t.ok(arm.remainingMs <= 30_000 && arm.remainingMs > 0);
  payments.say({ type: 'state', uid: arm.uid, state: 'armed' });
  t.match(await until('slow', ({ phase }) => phase === 'Injected'), {
    conditions: { Selected: true, AllInjected: true, AllRecovered: false },
  });
  t.notOk(orders.received.some(({ type }) => type === 'arm'));
});

t.test('a process that comes later joins with the time that remains', async (t) => {
  const clock = handClock();
  const { call, connect } = await testAgent(t, { clock });
  await call('POST', '/v1/faults?wait=true', fault('slow', 'payments'));
  clock.advance(10_000);
  const late = await connect({ name: 'payments' });
  t.match(await late.next('arm'), { elapsedMs: 10_000, remainingMs: 20_000 });
});

t.test('ends a fault by its ttl, its lease, or on demand, and says why', async (t) => {
  const clock = handClock();
  const { call, connect, until } = await testAgent(t, { clock });
  const target = await connect({ name: 'payments' });
  await call('PUT', '/v1/leases/run', { durationMs: 4_000 });
  await call('POST', '/v1/faults', fault('by-ttl', 'payments', { ttl: '10s' }));
  await call('POST', '/v1/faults', fault('by-lease', 'payments', { leaseName: 'run' }));
  await call('POST', '/v1/faults', fault('on-demand', 'payments'));
  await call('PATCH', '/v1/faults/on-demand', { stopped: true });
  t.match(await target.next('disarm'), { reason: 'stopped' });
  clock.advance(4_001);
  t.match(await until('by-lease', ({ phase }) => phase === 'Ended'), { endReason: 'lease' });
  t.match(await target.next('disarm'), { reason: 'lease' });
  clock.advance(6_000);
  t.match(await until('by-ttl', ({ phase }) => phase === 'Ended'), { endReason: 'ttl', remainingMs: 0 });
  t.match(await target.next('disarm'), { reason: 'ttl' });
});

t.test('a renewed lease keeps its faults, a released one ends them at once', async (t) => {
  const clock = handClock();
  const { call, connect, status } = await testAgent(t, { clock });
  await connect({ name: 'payments' });
  t.match(await call('PUT', '/v1/leases/run', { durationMs: 4_000 }), { status: 201 });
  await call('POST', '/v1/faults', fault('slow', 'payments', { leaseName: 'run' }));
  for (let second = 0; second < 5; second++) {
    clock.advance(3_000);
    t.match(await call('PUT', '/v1/leases/run', { durationMs: 4_000 }), { status: 200 });
  }
  t.notMatch(await status('slow'), { phase: 'Ended' });
  await call('DELETE', '/v1/leases/run');
  t.match(await status('slow'), { phase: 'Ended', endReason: 'lease' });
});

t.test('has recovered only when every live target has said so', async (t) => {
  const { call, connect, status, until } = await testAgent(t);
  const [a, b] = [await connect({ name: 'payments', pid: 1 }), await connect({ name: 'payments', pid: 2 })];
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const { uid } = await a.next('arm');
  for (const target of [a, b]) target.say({ type: 'state', uid, state: 'armed' });
  await until('slow', ({ conditions }) => conditions.AllInjected);
  await call('PATCH', '/v1/faults/slow', { stopped: true });
  a.say({ type: 'state', uid, state: 'ended' });
  await until('slow', ({ targets }) => targets.some(({ state }) => state === 'ended'));
  t.match(await status('slow'), { conditions: { AllRecovered: false } }, 'one is still armed');
  b.say({ type: 'state', uid, state: 'ended' });
  t.match(await until('slow', ({ conditions }) => conditions.AllRecovered), { phase: 'Ended' });
});

t.test('a process that vanished armed counts as recovered once its own dead-man has acted', async (t) => {
  const clock = handClock();
  const { call, connect, status, until } = await testAgent(t, { clock });
  const target = await connect({ name: 'payments' });
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const { uid } = await target.next('arm');
  target.say({ type: 'state', uid, state: 'armed' });
  await until('slow', ({ phase }) => phase === 'Injected');
  target.hangUp();
  await until('slow', ({ targets }) => targets[0]?.state === 'lost');
  await call('PATCH', '/v1/faults/slow', { stopped: true });
  clock.advance(5_000);
  t.match(await status('slow'), { conditions: { AllRecovered: false } });
  clock.advance(250);
  t.match(await status('slow'), { conditions: { AllRecovered: true } });
});

t.test('modes hit as many as they say, the same ones for the same seed', async (t) => {
  const { call, connect, status } = await testAgent(t);
  for (let pid = 1; pid <= 10; pid++) await connect({ name: 'payments', pid });
  const chosen = async (name: string, mode: string, value?: number, seed = 7) => {
    const target = { ...fault('x', 'payments').spec.target, mode, ...(value === undefined ? {} : { value }) };
    await call('POST', '/v1/faults', fault(name, 'payments', { target, seed } as never));
    return (await status(name)).targets.map(({ pid }) => pid).sort();
  };
  t.equal((await chosen('one', 'one')).length, 1);
  t.equal((await chosen('all', 'all')).length, 10);
  t.equal((await chosen('fixed', 'fixed', 3)).length, 3);
  t.equal((await chosen('percent', 'fixed-percent', 50)).length, 5);
  t.ok((await chosen('most', 'random-max-percent', 50)).length <= 5);
  t.same(await chosen('fixed-again', 'fixed', 3), await chosen('fixed-once-more', 'fixed', 3));
});

t.test('a chosen process that vanished is replaced only when it can no longer be acting', async (t) => {
  const clock = handClock();
  const { call, connect, status, until } = await testAgent(t, { clock });
  const targets = new Map([
    [1, await connect({ name: 'payments', pid: 1 })],
    [2, await connect({ name: 'payments', pid: 2 })],
  ]);
  await call(
    'POST',
    '/v1/faults',
    fault('slow', 'payments', { target: { ...fault('x', 'payments').spec.target, mode: 'one' } }),
  );
  const first = (await status('slow')).targets[0]?.pid ?? 0;
  const other = targets.get(3 - first);
  targets.get(first)?.hangUp();
  await until('slow', ({ targets }) => targets[0]?.state === 'lost');
  clock.advance(5_000);
  t.equal((await status('slow')).targets.length, 1, 'nobody else within five seconds');
  clock.advance(250);
  await other?.next('arm');
  t.equal((await status('slow')).targets.length, 2);
});

t.test('says where a service listens, and says it again when that changes', async (t) => {
  const { call, connect } = await testAgent(t);
  const orders = await connect({ name: 'orders' });
  const payments = await connect({ name: 'payments', ports: [7001] });
  const effects = [{ kind: 'latency', direction: 'outbound', delay: '1s', match: { service: 'payments' } }];
  await call('POST', '/v1/faults', fault('slow', 'orders', { effects } as never));
  t.match(await orders.next('arm'), { services: { payments: [{ host: '*', port: 7001 }] } });
  payments.say({ type: 'ports', ports: [7001, 7002] });
  t.match(await orders.next('arm'), { services: { payments: [{ port: 7001 }, { port: 7002 }] } });
});
