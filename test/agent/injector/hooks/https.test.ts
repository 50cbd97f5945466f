import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestEffect } from '@pado/fault';
import t, { type Test } from 'tap';
import { Agent, request } from 'undici';
import { requestEffect } from '../../../../agent/injector/src/effects/request.ts';

const read = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
const cert = read('cert.pem');
const server = https.createServer({ key: read('key.pem'), cert }, (_req, res) => res.end('fine'));
const dispatcher = new Agent({ connect: { ca: cert } });

t.before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
t.teardown(async () => {
  server.close();
  await dispatcher.close();
});

const url = () => `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const byHttps = async (): Promise<number | undefined> => {
  const [res] = await once(https.get(url(), { ca: cert }), 'response');
  res.resume();
  return res.statusCode;
};
const byUndici = async () => {
  const res = await request(url(), { dispatcher });
  await res.body.dump();
  return res.statusCode;
};

function inForce(t: Test, effect: RequestEffect): void {
  const running = requestEffect(effect, {
    index: 0,
    name: 'test',
    seed: 1,
    services: () => ({}),
    inForce: () => true,
    endsAt: () => Number.POSITIVE_INFINITY,
    lease: () => t.fail('requests need no lease') as never,
    pulse: () => 0,
    report: (done) => done(),
    fail: () => {},
  });
  running.enter();
  t.teardown(() => running.leave());
}

for (const direction of ['inbound', 'outbound'] as const) {
  for (const [name, call] of Object.entries({ 'node:https': byHttps, undici: byUndici })) {
    t.test(`${direction}, ${name}: latency`, async (t) => {
      inForce(t, { kind: 'latency', direction, delay: '50ms' });
      const startedAt = performance.now();
      t.equal(await call(), 200);
      t.ok(performance.now() - startedAt >= 50);
    });
    t.test(`${direction}, ${name}: error`, async (t) => {
      inForce(t, { kind: 'error', direction, status: 503 });
      t.equal(await call(), 503);
    });
    t.test(`${direction}, ${name}: abort`, async (t) => {
      inForce(t, { kind: 'abort', direction });
      // A TLS connection of a server can only be closed, and each library names that in its own way.
      const code = direction === 'outbound' ? 'ECONNRESET' : /^(ECONNRESET|UND_ERR_SOCKET)$/;
      await t.rejects(call(), { code });
    });
    t.test(`${direction}, ${name}: nothing is left`, async (t) => t.equal(await call(), 200));
  }
}
