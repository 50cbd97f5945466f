import t, { type Test } from 'tap';
import type { CallResult } from '../../../helpers/host.ts';
import { peer } from '../../../helpers/peer.ts';
import { connectedProgram, programs } from '../../../helpers/programs.ts';

t.setTimeout(300_000);
t.before(() => programs());

const outbound = { direction: 'outbound' } as const;
const hang = { ...outbound, kind: 'hang', match: { path: '/hang' } } as const;
/** A hang that nobody ends is seen as such; nothing here needs a tenth of it. */
const foreverMs = 10_000;

async function start(t: Test) {
  const program = await connectedProgram(t, 'clients/all.mjs');
  const url = await peer(t, (_req, res) => res.end('fine'));
  const clients = await program.host.ask<string[]>('clients');
  const call = async (client: string, path = '/hang', rest: object = {}) =>
    (await program.host.ask<CallResult[]>('call', { client, url: url + path, ...rest }))[0]!;
  return { ...program, clients, call };
}

t.test("a caller's signal ends a hang at once, and the end of the fault lets the rest go on", async (t) => {
  const { host, target, clients, call } = await start(t);
  const uid = await target.arm(hang);
  const staying = clients.map((client) => call(client));
  const leaving = await Promise.all(clients.map((client) => call(client, '/hang', { timeoutMs: 50 })));
  for (const [i, client] of clients.entries()) {
    t.ok(leaving[i]!.error, `${client} gives up`);
    t.ok(leaving[i]!.ms < foreverMs, client);
    t.equal((await call(client, '/')).text, 'fine', `${client} is spared where it does not match`);
  }
  const ended = await target.disarm(uid);

  for (const [i, client] of clients.entries()) t.match(await staying[i], { status: 200, text: 'fine' }, client);
  t.match(ended, [{ matched: 2 * clients.length, applied: 2 * clients.length, cut: clients.length }]);
  t.equal(host.output, '');
});

t.test("a client's own timeout takes a hang for what it is", async (t) => {
  const { host, target } = await connectedProgram(t, 'clients/timeouts.mjs');
  const url = await peer(t, (req, res) => {
    if (req.url === '/hang') return;
    res.end('fine');
  });
  const clients = await host.ask<string[]>('clients');
  const resultOf = async (client: string, path: string) =>
    (await host.ask<CallResult[]>('call', { client, url: url + path }))[0]!;
  for (const effect of [
    { ...outbound, kind: 'hang' },
    { ...outbound, kind: 'latency', delay: '1h', at: 'before' },
    { ...outbound, kind: 'latency', delay: '1h', at: 'after' },
  ] as const) {
    await t.test(`${effect.kind} ${'at' in effect ? effect.at : ''}`, async (t) => {
      const each = (path: string) => Promise.all(clients.map((client) => resultOf(client, path)));
      const real = await each('/hang');
      const uid = await target.arm(effect);
      const late = await each('/');
      for (const [i, client] of clients.entries()) {
        t.ok(late[i]!.error, `${client} gives up`);
        // Messages hold times.
        t.same({ ...late[i]!.error, message: '' }, { ...real[i]!.error, message: '' }, `${client}, as with a real one`);
        t.ok(late[i]!.ms < foreverMs, client);
      }
      await target.disarm(uid);
      for (const [i, result] of (await each('/')).entries()) t.equal(result.text, 'fine', `${clients[i]} works after`);
    });
  }
  t.equal(host.output, '');
});
