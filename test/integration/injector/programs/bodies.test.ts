import t, { type Test } from 'tap';
import type { CallResult } from '../../../helpers/host.ts';
import { peer } from '../../../helpers/peer.ts';
import { connectedProgram, programs } from '../../../helpers/programs.ts';

t.setTimeout(300_000);
t.before(() => programs());

const size = 20_000;
const outbound = { direction: 'outbound' } as const;
const text = Array.from({ length: size / 10 }, (_, i) => String(i).padStart(10, '.')).join('');

async function start(t: Test) {
  const program = await connectedProgram(t, 'clients/all.mjs');
  const url = await peer(t, (req, res) => {
    if (req.url === '/chunked') for (let i = 0; i < size; i += 5_000) res.write(text.slice(i, i + 5_000));
    if (req.url === '/chunked' || req.url === '/empty') res.end();
    else res.end(req.url === '/huge' ? text.repeat(50) : text);
  });
  const clients = await program.host.ask<string[]>('clients');
  const call = async (client: string, path = '/', rest: object = {}) =>
    (await program.host.ask<CallResult[]>('call', { client, url: url + path, ...rest }))[0]!;
  return { ...program, clients, call };
}

t.test('throttle', async (t) => {
  const { host, target, clients, call } = await start(t);
  const bytesPerSecond = 100_000;
  await t.test('a body takes its time, and arrives whole', async (t) => {
    const uid = await target.arm({ ...outbound, kind: 'throttle', bytesPerSecond, match: { path: '/chunked' } });
    const results = await Promise.all(clients.map((client) => call(client, '/chunked')));
    for (const [i, client] of clients.entries()) {
      const slow = results[i]!;
      t.equal(slow.error, undefined, client);
      t.equal(slow.text, text, `${client}: whole and in order`);
      t.ok(slow.ms >= (size / bytesPerSecond) * 1_000, `${client}: never early (${slow.ms})`);
      t.ok(slow.ms < (size / bytesPerSecond) * 1_000 + 3_000, `${client}: and not much later (${slow.ms})`);
      t.equal((await call(client)).text, text, `${client} is spared where it does not match`);
    }
    t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
  });
  await t.test('the end of the fault frees what is left', async (t) => {
    const uid = await target.arm({ ...outbound, kind: 'throttle', bytesPerSecond: 10 });
    const calling = clients.map((client) => call(client, '/huge'));
    await target.next(
      (message) => message.type === 'evidence' && message.uid === uid && message.effects[0]?.applied === clients.length,
    );
    await target.disarm(uid);
    for (const [i, client] of clients.entries()) t.equal((await calling[i]!).text, text.repeat(50), client);
  });
  await t.test('a caller who leaves ends it at once', async (t) => {
    const uid = await target.arm({ ...outbound, kind: 'throttle', bytesPerSecond: 10 });
    for (const client of clients) {
      const left = await call(client, '/huge', { timeoutMs: 60 });
      t.ok(left.error, client);
      t.ok(left.ms < 5_000, client);
    }
    await target.disarm(uid);
  });
  t.equal(host.output, '');
});

t.test('throttle and a held answer add up', async (t) => {
  const { target, clients, call } = await start(t);
  const uid = await target.arm([
    { ...outbound, kind: 'throttle', bytesPerSecond: 200_000 },
    { ...outbound, kind: 'latency', at: 'after', delay: '100ms' },
  ]);
  const results = await Promise.all(clients.map((client) => call(client)));
  for (const [i, client] of clients.entries()) {
    t.equal(results[i]!.text, text, client);
    t.ok(results[i]!.ms >= 200, `${client} ${results[i]!.ms}`);
  }
  await target.disarm(uid);
});

t.test('truncate', async (t) => {
  const { host, target, clients, call } = await start(t);
  const received = (result: CallResult): unknown => Reflect.get(result.error ?? {}, 'received');
  // These tell how much has come before the error.
  const telling = clients.filter((client) => !/axios|got|node-fetch|stream/.test(client));
  for (const [path, afterBytes] of [
    ['/', 7_777],
    ['/chunked', 12_345],
    ['/', 0],
    ['/huge', 500_001],
  ] as const) {
    await t.test(`${path} after ${afterBytes}`, async (t) => {
      const uid = await target.arm({ ...outbound, kind: 'truncate', afterBytes });
      for (const client of clients) {
        const cut = await call(client, path);
        t.ok(cut.error, `${client} is cut`);
        if (telling.includes(client)) t.equal(received(cut) ?? 0, afterBytes, `${client}: exactly so much`);
      }
      t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
    });
  }
  await t.test('an answer that is no longer than that is not cut, nor counted', async (t) => {
    const uid = await target.arm({ ...outbound, kind: 'truncate', afterBytes: size });
    for (const client of clients) {
      t.equal((await call(client)).text, text, client);
      t.equal((await call(client, '/empty')).text, '', client);
    }
    t.match(await target.disarm(uid), [{ matched: 2 * clients.length, applied: 0 }]);
  });
  await t.test('on a slow line', async (t) => {
    const uid = await target.arm([
      { ...outbound, kind: 'truncate', afterBytes: 5_000 },
      { ...outbound, kind: 'throttle', bytesPerSecond: 50_000 },
    ]);
    for (const client of telling) {
      const cut = await call(client);
      t.equal(received(cut), 5_000, client);
      t.ok(cut.ms >= 100, client);
    }
    await target.disarm(uid);
  });
  for (const client of clients) t.equal((await call(client)).text, text, `${client} works after`);
  t.equal(host.output, '');
});
