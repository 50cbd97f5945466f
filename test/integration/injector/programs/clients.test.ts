import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { CallResult } from '../../../helpers/host.ts';
import { connectedProgram, programs } from '../../../helpers/programs.ts';

t.setTimeout(300_000);
t.before(() => programs());

const delayMs = 60;
const outbound = { direction: 'outbound' } as const;

async function upstream(t: Test): Promise<{ url: string; port: number; served: () => number }> {
  let served = 0;
  const server = createServer((req, res) => {
    served += 1;
    req.resume().on('end', () => res.end(`served ${req.url}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, served: () => served };
}

for (const format of ['mjs', 'cjs']) {
  t.test(`clients, ${format}`, async (t) => {
    const { host, target } = await connectedProgram(t, `clients/all.${format}`);
    const server = await upstream(t);
    const clients = await host.ask<string[]>('clients');
    const call = async (client: string, path = '/', rest: object = {}) =>
      (await host.ask<CallResult[]>('call', { client, url: server.url + path, ...rest }))[0]!;
    const each = async (check: (client: string) => Promise<void>) => void (await Promise.all(clients.map(check)));
    const spares = (name: string) =>
      each(async (client) => {
        t.match(await call(client), { status: 200, text: 'served /' }, `${client}: ${name}`);
      });
    await spares('works before, and so its dispatchers are there before the fault');

    for (const at of ['before', 'after'] as const) {
      await t.test(`latency ${at}`, async (t) => {
        const match = { path: '/slow/*', port: server.port };
        const uid = await target.arm({ ...outbound, kind: 'latency', at, delay: `${delayMs}ms`, match });
        await each(async (client) => {
          const slow = await call(client, '/slow/1?q', { method: 'POST', body: 'hello' });
          t.match(slow, { status: 200, text: 'served /slow/1?q' }, client);
          t.ok(slow.ms >= delayMs, `${client} is never early`);
        });
        await spares('missed');
        const [evidence] = await target.disarm(uid);
        t.match(evidence, { matched: clients.length, applied: clients.length, cut: 0 });
        t.ok(evidence!.dose!.deliveredMin >= delayMs);
      });
    }

    await t.test('error', async (t) => {
      const headers = { 'retry-after': '1' };
      const uid = await target.arm({
        ...outbound,
        kind: 'error',
        status: 503,
        body: 'no',
        headers,
        match: { path: '/e' },
      });
      const before = server.served();
      await each(async (client) => {
        t.match(await call(client, '/e'), { status: 503, text: 'no', headers }, client);
      });
      t.equal(server.served(), before, 'nothing came to the server');
      await spares('missed');
      t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
    });

    for (const [code, syscall] of [
      ['ECONNRESET', 'read'],
      ['ECONNREFUSED', 'connect'],
    ] as const) {
      await t.test(`abort ${code}`, async (t) => {
        const uid = await target.arm({ ...outbound, kind: 'abort', code, match: { path: '/a' } });
        const before = server.served();
        await each(async (client) => {
          const { error } = await call(client, '/a');
          const seen = error?.syscall === undefined ? error?.cause : error;
          t.match(seen, { code, syscall }, client);
        });
        t.equal(server.served(), before, 'nothing came to the server');
        await spares('missed');
        t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
      });
    }

    await spares('works after');
    t.same(await host.ask('changed'), [], 'every property is as before');
    t.equal(host.output, '', 'nothing was written');
  });
}
