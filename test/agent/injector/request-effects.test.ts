import type { Effect, RequestEffect } from '@pado/fault';
import t from 'tap';
import { freePort } from '../../helpers/free-port.ts';
import { type Client, clients, connectedHost, type Host } from '../../helpers/host.ts';

const delayMs = 60;
const directions = ['inbound', 'outbound'] as const;

/** Connections that are kept alive are the host's own. */
const timers = async (host: Host): Promise<string[]> =>
  (await host.ask<string[]>('resources')).filter((name) => name !== 'TCPSocketWrap');

t.test('latency', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const resources = await timers(host);
  for (const direction of directions) {
    for (const at of ['before', 'after'] as const) {
      await t.test(`${direction}, ${at}`, async (t) => {
        const match = { path: '/slow/*' };
        const uid = await target.arm({ kind: 'latency', direction, at, delay: `${delayMs}ms`, match });
        for (const client of clients) {
          const slow = await host.callOnce({ client, url: `${url}/slow/1`, method: 'POST', body: 'hello' });
          t.match(slow, { status: 200, text: '{"path":"/slow/1","method":"POST"}' }, `${client} is answered`);
          t.ok(slow.ms >= delayMs, `${client} is never early`);
          const big = await host.callOnce({ client, url: `${url}/big` });
          t.equal(big.text?.length, 300_000, `${client} is whole where it does not match`);
        }
        const [evidence] = await target.disarm(uid);
        t.match(evidence, { matched: clients.length, applied: clients.length, cut: 0 });
        t.match(evidence?.dose, { samples: clients.length, requestedSum: clients.length * delayMs });
        t.ok(evidence!.dose!.deliveredMin >= delayMs, 'the delivered dose is never below the requested one');
        t.same(evidence?.dose?.errorBuckets[0]?.[1] ?? 0, 0, 'nothing was early');
        t.same(await host.ask('pristine'), [], 'every property is as before');
      });
    }
  }
  t.same(await timers(host), resources, 'no timer is left');
  t.equal(host.output, '', 'the host has written nothing');
});

t.test('a whole big answer arrives late', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const direction of directions) {
    const uid = await target.arm({ kind: 'latency', direction, at: 'after', delay: `${delayMs}ms` });
    for (const client of clients) {
      const result = await host.callOnce({ client, url: `${url}/big` });
      t.equal(result.text?.length, 300_000, `${direction} ${client}`);
      t.ok(result.ms >= delayMs);
    }
    await target.disarm(uid);
  }
});

t.test('error', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const effect = { kind: 'error', status: 503, body: 'overloaded', headers: { 'Retry-After': '1' } } as const;
  for (const direction of directions) {
    await t.test(direction, async (t) => {
      const uid = await target.arm({ ...effect, direction, match: { method: ['POST'] } });
      const before = await host.ask('served');
      for (const client of clients) {
        const failed = await host.callOnce({ client, url, method: 'POST', body: 'x'.repeat(100_000) });
        const headers = { 'retry-after': '1', 'content-length': '10' };
        t.match(failed, { status: 503, text: 'overloaded', headers }, `${client} sees the error`);
      }
      t.equal(await host.ask('served'), before, 'the server has done no work');
      for (const client of clients)
        t.equal((await host.callOnce({ client, url })).status, 200, `${client} is spared where it does not match`);
      t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length, dose: undefined }]);
      t.same(await host.ask('pristine'), []);
    });
  }
  t.test('an answer to HEAD has no body', async (t) => {
    const uid = await target.arm({ ...effect, direction: 'outbound' });
    for (const client of clients)
      t.match(await host.callOnce({ client, url, method: 'HEAD' }), { status: 503, text: '' }, client);
    await target.disarm(uid);
  });
});

const expected: Readonly<Record<string, object>> = {
  ECONNRESET: { message: 'read ECONNRESET', code: 'ECONNRESET', errno: -104, syscall: 'read' },
  EPIPE: { message: 'write EPIPE', code: 'EPIPE', errno: -32, syscall: 'write' },
  ECONNREFUSED: { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' },
  ETIMEDOUT: { code: 'ETIMEDOUT', errno: -110, syscall: 'connect' },
  EHOSTUNREACH: { code: 'EHOSTUNREACH', errno: -113, syscall: 'connect' },
};

t.test('abort', async (t) => {
  const { host, target, url, port } = await connectedHost(t);
  for (const direction of directions) {
    for (const code of Object.keys(expected)) {
      await t.test(`${direction} ${code}`, async (t) => {
        const effect = {
          kind: 'abort',
          direction,
          code,
          match: { headers: { 'x-cohort': 'canary' } },
        } as RequestEffect;
        const uid = await target.arm(effect);
        const error = expected[direction === 'inbound' ? 'ECONNRESET' : code]!;
        for (const client of clients) {
          const failed = (await host.callOnce({ client, url, headers: { 'X-Cohort': 'canary' } })).error;
          t.match(client === 'fetch' ? failed?.cause : failed, error, client);
          if (client === 'fetch') t.match(failed, { name: 'TypeError', message: 'fetch failed' });
          t.equal((await host.callOnce({ client, url })).status, 200, `${client} is spared where it does not match`);
        }
        t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
        t.same(await host.ask('pristine'), []);
      });
    }
  }
  await t.test('a refused connection is told as the platform tells it', async (t) => {
    const uid = await target.arm({ kind: 'abort', direction: 'outbound', code: 'ECONNREFUSED' });
    for (const client of clients) {
      const injected = await host.callOnce({ client, url });
      const closed = await freePort();
      const closedUrl = `http://127.0.0.1:${closed}`;
      const real = await host.callOnce({ client, url: closedUrl, headers: { 'pado-bypass': '1' } });
      const asTo = (text: string | undefined) => text?.replace(String(closed), String(port));
      const [ours, theirs] =
        client === 'fetch' ? [injected.error?.cause, real.error?.cause] : [injected.error, real.error];
      t.same(ours, { ...theirs, message: asTo(theirs?.message), port }, client);
    }
    await target.disarm(uid);
  });
});

const effects: Readonly<Record<string, Effect>> = {
  latency: { kind: 'latency', direction: 'outbound', delay: '10s' },
  error: { kind: 'error', direction: 'outbound', status: 500 },
  abort: { kind: 'abort', direction: 'outbound' },
};
for (const [kind, effect] of Object.entries(effects)) {
  t.test(`${kind} spares probes, metrics, marked requests, and the channel`, async (t) => {
    const { host, target, url } = await connectedHost(t);
    for (const direction of directions) {
      const uid = await target.arm({ ...effect, direction } as RequestEffect);
      for (const client of clients) {
        for (const path of ['/healthz', '/readyz', '/metrics?x=1'])
          t.equal((await host.callOnce({ client, url: url + path })).status, 200, `${client} ${path}`);
        const marked = await host.callOnce({ client, url, headers: { 'pado-bypass': '1' } });
        t.equal(marked.status, 200, `${client} with pado-bypass`);
      }
      await target.disarm(uid);
      t.same(target.evidence(uid), [], 'nothing was matched');
    }
  });
}

t.test('a probe that the match names is hit', async (t) => {
  const { host, target, url } = await connectedHost(t);
  await target.arm({ kind: 'error', direction: 'inbound', status: 500, match: { path: '/healthz' } });
  t.equal((await host.callOnce({ client: 'http', url: `${url}/healthz` })).status, 500);
});

t.test('a service is matched by the addresses that the agent gives', async (t) => {
  const { host, target, url, port } = await connectedHost(t);
  const effect = { kind: 'error', direction: 'outbound', status: 500, match: { service: 'payments' } } as const;
  const uid = await target.arm(effect, { services: { payments: [{ host: '*', port: 1 }] } });
  for (const client of clients) t.equal((await host.callOnce({ client, url })).status, 200, `${client}: another port`);
  await target.arm(effect, { uid, services: { payments: [{ host: '*', port }] } });
  for (const client of clients) {
    t.equal((await host.callOnce({ client, url })).status, 500, `${client}: the new address`);
    const byName = url.replace('127.0.0.1', 'localhost');
    t.equal((await host.callOnce({ client, url: byName })).status, 500, `${client}: any loopback name`);
  }
});

t.test('a request that its caller gives up while it waits fails at once', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const uid = await target.arm({ kind: 'latency', direction: 'outbound', delay: '20s' });
  for (const client of clients) {
    const { error, ms } = await host.callOnce({ client, url, timeoutMs: 50 });
    t.match(error?.name, /^(AbortError|TimeoutError)$/, client);
    t.ok(ms < 10_000, `${client} has not waited for the fault`);
  }
  t.equal(await host.ask('served'), 0, 'nothing was sent');
  await target.disarm(uid);
});

t.test('a pool queues, and each of its attempts is hit once', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const client of ['pool', 'undici', 'http keep-alive'] as Client[]) {
    for (const at of ['before', 'after'] as const) {
      const uid = await target.arm({ kind: 'latency', direction: 'outbound', at, delay: '20ms' });
      const results = await host.call({ client, url, count: 60, concurrency: 20 });
      t.ok(results.every(({ status, ms }) => status === 200 && ms >= 20));
      t.match(await target.disarm(uid), [{ matched: 60, applied: 60 }], `${client} ${at}`);
    }
  }
});
