import { once } from 'node:events';
import type { Effect } from '@pado/fault';
import t from 'tap';
import { fault, testAgent } from '../../../helpers/daemon.ts';
import { type Armed, connectedHost, startHost } from '../../../helpers/host.ts';

/** Arms an effect that ends the process; returns how it ended and what it had said before. */
async function end({ host, target }: Armed, effect: Effect) {
  const gone = once(host.child, 'exit');
  const uid = await target.arm(effect);
  const [code, signal] = (await gone) as [number | null, NodeJS.Signals | null];
  return { code, signal, evidence: target.evidence(uid), output: host.output };
}

const reported = [{ matched: 1, applied: 1, cut: 0 }];

t.test('exit: with the code that was asked for, after the report', async (t) => {
  t.match(await end(await connectedHost(t), { kind: 'exit', code: 42 }), { code: 42, output: '', evidence: reported });
  t.match(await end(await connectedHost(t), { kind: 'exit' }), { code: 1, evidence: reported });
});

t.test('kill: no handler of the host’s has a say', async (t) => {
  t.match(await end(await connectedHost(t), { kind: 'kill' }), { signal: 'SIGKILL', output: '', evidence: reported });
});

t.test('throw: an exception that nobody catches', async (t) => {
  const { code, output, evidence } = await end(await connectedHost(t), { kind: 'throw', message: 'boom' });
  t.equal(code, 1);
  t.match(output, /Error: boom/);
  t.match(evidence, reported);
});

t.test('reject: a promise that nobody handles', async (t) => {
  const { code, output, evidence } = await end(await connectedHost(t), { kind: 'reject' });
  t.equal(code, 1);
  t.match(output, /Error: injected by pado/);
  t.match(evidence, reported);
});

t.test('a host that survives is hit once, whatever is said again, and once more in the next pulse', async (t) => {
  const { host, target } = await connectedHost(t);
  await host.ask('survive');
  for (const kind of ['throw', 'reject'] as const) {
    await t.test(kind, async (t) => {
      const caught = async () => (await host.ask<string[]>('caught')).filter((message) => message === kind).length;
      const effect: Effect = { kind, message: kind };
      const uid = await target.arm(effect, { ttl: '60s' });
      while ((await caught()) === 0);
      target.send({ type: 'disarm', uid, reason: 'suspended' });
      await target.nextState(uid, 'suspended');
      await target.arm(effect, { uid, ttl: '60s' });
      await host.ask('lag', 300);
      t.equal(await caught(), 1, 'resumed within the same pulse');
      t.match(await target.disarm(uid), [{ applied: 1 }]);

      const pulsing = await target.arm(effect, { ttl: '60s', pulse: { active: '100ms', dormant: '100ms' } });
      while ((await caught()) < 3);
      const [evidence] = await target.disarm(pulsing);
      t.ok(evidence!.applied >= 2, 'once in each');
      const total = await caught();
      await host.ask('lag', 300);
      t.equal(await caught(), total, 'and never after the end');
    });
  }
  t.ok(await host.ask('pid'), 'the process lives');
});

t.test('nothing happens before startAfter', async (t) => {
  const { host, target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'kill' }, { startAfter: '20s' });
  await host.ask('lag', 300);
  t.same(await target.disarm(uid), []);
  t.ok(await host.ask('pid'));
});

t.test('unready and unhealthy: the probe’s own paths fail, and nothing else', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const status = async (path: string, headers = {}) =>
    (await host.callOnce({ client: 'http', url: url + path, headers })).status;
  const probes = { unready: ['/readyz', '/health/ready'], unhealthy: ['/healthz', '/livez'] } as const;
  for (const kind of ['unready', 'unhealthy'] as const) {
    await t.test(kind, async (t) => {
      const uid = await target.arm({ kind });
      const [path, second] = probes[kind];
      const answer = await host.callOnce({ client: 'fetch', url: `${url}${path}?verbose` });
      t.match(answer, { status: 503, text: `${kind}\n`, headers: { 'content-type': 'text/plain' } });
      t.equal(await status(second), 503);
      for (const other of [...probes[kind === 'unready' ? 'unhealthy' : 'unready'], '/metrics', '/', `${path}/x`])
        t.equal(await status(other), 200, other);
      t.equal(await status(path, { 'pado-bypass': '1' }), 200, 'a marked request is spared');
      t.match(await target.disarm(uid), [{ matched: 2, applied: 2, cut: 0 }]);
      t.equal(await status(path), 200);
      t.same(await host.ask('pristine'), []);
    });
  }
  const uid = await target.arm({ kind: 'unready', paths: ['/up'], status: 500 });
  t.equal(await status('/up'), 500);
  t.equal(await status('/readyz'), 200, 'the given paths instead of the usual ones');
  await target.disarm(uid);
});

t.test('a process that comes back in the same pod is left alone by the fault that has ended it', async (t) => {
  const { agent, call, status, until } = await testAgent(t);
  const env = { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN_FILE: agent.tokenFile, PADO_NAME: 'orders' };
  const start = () => startHost(t, undefined, { ...env, PADO_POD_UID: 'pod-1' });
  const connected = async () => (await call('GET', '/v1/targets')).body.items.length;
  const first = await start();
  while ((await connected()) === 0);
  const gone = once(first.child, 'exit');
  await call('POST', '/v1/faults', fault('kill', 'orders', { effects: [{ kind: 'kill' }] }));
  await gone;
  t.match(await until('kill', ({ targets }) => targets[0]?.state === 'lost'), {
    phase: 'Injected',
    evidence: [{ kind: 'kill', applied: 1 }],
  });
  const second = await start();
  while ((await connected()) === 0);
  await second.ask('lag', 1_000);
  t.ok(await second.ask('pid'), 'it lives');
  t.equal((await status('kill')).targets.length, 1);
});
