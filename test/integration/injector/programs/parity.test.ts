import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestEffect } from '@pado/fault';
import t from 'tap';
import { freePort } from '../../../helpers/free-port.ts';
import type { CallResult } from '../../../helpers/host.ts';
import { peer } from '../../../helpers/peer.ts';
import { connectedProgram, programs } from '../../../helpers/programs.ts';

t.setTimeout(300_000);
t.before(() => programs());

const size = 10_000;
const arrives = 4_000;
const outbound = { direction: 'outbound' } as const;

/** What a broken server really does. */
const trouble: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => void>> = {
  '/reset': (req) => req.socket.resetAndDestroy(),
  '/cut': (req, res) => {
    res.writeHead(200, { 'content-length': size });
    res.write('x'.repeat(arrives), () => setTimeout(() => req.socket.destroy(), 20));
  },
};

t.test('an injected error is the one that each client gives of itself', async (t) => {
  const { host, target } = await connectedProgram(t, 'clients/all.mjs');
  const clients = await host.ask<string[]>('clients');
  const url = await peer(t, (req, res) => {
    const act = trouble[req.url ?? ''];
    if (act) act(req, res);
    else res.end('x'.repeat(size));
  });
  const errorOf = async (client: string, at: string): Promise<CallResult['error']> =>
    (await host.ask<CallResult[]>('call', { client, url: at }))[0]!.error;
  const refused = `http://127.0.0.1:${await freePort()}`;

  const cases: readonly (readonly [name: string, real: string, injected: string, RequestEffect])[] = [
    ['refused', `${refused}/`, `${refused}/`, { ...outbound, kind: 'abort', code: 'ECONNREFUSED' }],
    ['reset', `${url}/reset`, `${url}/`, { ...outbound, kind: 'abort', code: 'ECONNRESET' }],
    ['cut short', `${url}/cut`, `${url}/`, { ...outbound, kind: 'truncate', afterBytes: arrives }],
  ];
  for (const [name, real, injected, effect] of cases) {
    await t.test(name, async (t) => {
      const wanted = new Map<string, CallResult['error']>();
      for (const client of clients) wanted.set(client, await errorOf(client, real));
      const uid = await target.arm(effect);
      for (const client of clients) {
        const error = await errorOf(client, injected);
        t.ok(error, `${client} fails`);
        t.same(error, JSON.parse(JSON.stringify(wanted.get(client)).replaceAll(real, injected)), client);
      }
      t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
    });
  }
  t.equal(host.output, '');
});
