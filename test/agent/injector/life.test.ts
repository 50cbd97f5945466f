import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { clients, connectedHost } from '../../helpers/host.ts';
import type { WireTarget } from '../../helpers/wire-agent.ts';

const slow = { kind: 'latency', direction: 'outbound', delay: '20s' } as const;

t.test('a fault that is ended releases whoever waits, at once', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const direction of ['inbound', 'outbound'] as const) {
    const uid = await target.arm({ ...slow, direction });
    const waiting = clients.map((client) => host.callOnce({ client, url }));
    await target.until(
      (message) => message.type === 'evidence' && message.uid === uid && message.effects[0]?.applied === clients.length,
    );
    const evidence = await target.disarm(uid);
    const results = await Promise.all(waiting);
    t.ok(results.every(({ status, ms }) => status === 200 && ms < 15_000));
    t.match(evidence, [{ applied: clients.length, cut: clients.length, dose: undefined }]);
  }
});

t.test('a fault ends by its ttl and stays ended', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const uid = await target.arm(slow, { ttl: '300ms' });
  const armedAt = performance.now();
  const result = await host.callOnce({ client: 'fetch', url });
  t.ok(result.ms < 10_000, 'who waited was released');
  if (!target.lastState(uid)?.reason) await target.nextState(uid, 'ended');
  t.match(target.lastState(uid), { state: 'ended', reason: 'ttl' });
  t.ok(performance.now() - armedAt >= 250, 'not early');
  await target.arm(slow, { uid });
  t.match(target.lastState(uid), { state: 'ended' }, 'a replayed message does not start it again');
  await target.disarm(uid);
  await target.disarm('unknown');
  t.same(await host.ask('pristine'), []);
});

t.test('the smaller of both remainders counts', async (t) => {
  const { target } = await connectedHost(t);
  const early = await target.arm(slow, { ttl: '30s', elapsedMs: 29_900 });
  await target.nextState(early, 'ended');
  const short = await target.arm(slow, { ttl: '30s', remainingMs: 100 });
  await target.nextState(short, 'ended');
  t.match(target.lastState(early), { reason: 'ttl' });
  t.match(target.lastState(short), { reason: 'ttl' });
});

t.test('a fault begins after startAfter and rests while dormant', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const effect = { kind: 'error', direction: 'inbound', status: 500 } as const;
  const status = async () => (await host.callOnce({ client: 'http', url })).status;
  const later = await target.arm(effect, { startAfter: '20s' });
  t.equal(await status(), 200, 'not yet');
  await target.disarm(later);
  t.same(target.evidence(later), []);
  const pulse = { active: '10s', dormant: '10s' };
  const active = await target.arm(effect, { ttl: '60s', pulse, elapsedMs: 21_000 });
  t.equal(await status(), 500, 'its phase is elapsed time');
  await target.disarm(active);
  const dormant = await target.arm(effect, { ttl: '60s', pulse, elapsedMs: 31_000 });
  t.equal(await status(), 200, 'dormant');
  await target.disarm(dormant);
});

t.test('without its agent a fault is suspended, and resumes with its counters', async (t) => {
  const { agent, host, target, url } = await connectedHost(t);
  const uid = await target.arm({ kind: 'error', direction: 'inbound', status: 500 }, { ttl: '60s' });
  const status = async () => (await host.callOnce({ client: 'http', url })).status;
  t.equal(await status(), 500);
  agent.kill();
  const killedAt = performance.now();
  t.equal(await status(), 500, 'at first the fault goes on');
  while ((await host.ask<string[]>('pristine')).length > 0 && performance.now() - killedAt < 10_000);
  const lasted = performance.now() - killedAt;
  // The last word may be one heartbeat old.
  t.ok(lasted > 3_500 && lasted < 12_000, `suspended after ${Math.round(lasted)} ms`);
  t.equal(await status(), 200, 'reverted');

  await agent.listen();
  const again = await agent.nextTarget();
  t.equal(again.hello.instance, target.hello.instance, 'the same process');
  await again.until((message) => message.type === 'state' && message.state === 'suspended');
  t.match(again.evidence(uid), [{ matched: 2, applied: 2 }]);
  await again.arm({ kind: 'error', direction: 'inbound', status: 500 }, { uid, ttl: '60s', elapsedMs: 5_000 });
  t.equal(await status(), 500, 'resumed');
  t.match(await again.disarm(uid), [{ matched: 3, applied: 3 }]);
});

t.test('a new agent that does not know a fault does not keep it alive', async (t) => {
  const { agent, host, target } = await connectedHost(t);
  const uid = await target.arm(slow, { ttl: '60s' });
  agent.kill();
  await agent.listen();
  const again: WireTarget = await agent.nextTarget();
  await again.nextState(uid, 'suspended');
  t.same(await host.ask('pristine'), []);
});

t.test('goaway means: connect again at once, and the effects go on', async (t) => {
  const { agent, host, target } = await connectedHost(t);
  const uid = await target.arm(slow, { ttl: '60s' });
  const arriving = agent.nextTarget();
  target.send({ type: 'goaway' });
  const again = await arriving;
  await again.until((message) => message.type === 'state' && message.uid === uid);
  t.match(again.lastState(uid), { state: 'armed' });
  t.not(again, target);
  t.ok((await host.ask<string[]>('pristine')).length > 0, 'never reverted in between');
});

t.test('a process that is done ends by itself, its fault and its agent notwithstanding', async (t) => {
  const file = fileURLToPath(new URL('../../fixtures/done.mjs', import.meta.url));
  const { startHost } = await import('../../helpers/host.ts');
  const { WireAgent } = await import('../../helpers/wire-agent.ts');
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, {}, file);
  const target = await arriving;
  await target.arm([
    { kind: 'event-loop', load: 5 },
    { kind: 'cpu', load: 5 },
    { kind: 'memory', where: 'rss', size: '8Mi' },
    slow,
  ]);
  host.child.send('done');
  const [code] = await once(host.child, 'exit');
  t.equal(code, 0);
  t.equal(host.output, '');
});
