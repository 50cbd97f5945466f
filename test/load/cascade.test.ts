import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { chance } from '../../load/lib/chance.ts';
import { burstOf, mixOf, untilBurst } from '../../load/lib/mix.ts';
import { k6 } from '../helpers/k6.ts';
import { fakeShop } from './fake-shop.ts';

const { run } = await k6(t);

interface Line {
  readonly at: number;
  readonly j: string;
  readonly o: string;
  readonly ms: number;
  readonly s: number;
  readonly key?: string;
}
const linesOf = (lines: readonly string[]): Line[] => lines.map((line) => JSON.parse(line) as Line);

/** Answers every GET with a list, and remembers what was asked for. */
async function lists(t: Test, status = 200) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"items":[]}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

t.test('a mix is read from its text, times a factor', async (t) => {
  t.same(mixOf('list:45,checkout:5'), [
    { journey: 'list', rate: 45 },
    { journey: 'checkout', rate: 5 },
  ]);
  t.same(mixOf('list:33', 0.8), [{ journey: 'list', rate: 26.4 }]);
  for (const [text, message] of [
    ['buy:5', /JOURNEYS is "buy:5": it should be journeys with rates, such as list:45,checkout:5, of list, product/],
    ['list', /the rate of list should be from 0.1 to 10000/],
    ['list:0', /the rate of list/],
    ['list:1:2', /it should be journeys with rates/],
    ['list:1,list:2', /list is there twice/],
  ] as const)
    t.throws(() => mixOf(text), message);
});

t.test('a burst is read from its text, and who starts at one waits for the next', async (t) => {
  t.equal(burstOf(undefined), undefined);
  t.same(burstOf('burst:5s:10'), { everyMs: 5_000, users: 10 });
  for (const text of ['burst:5:10', 'burst:500ms:10', 'burst:5s:0', 'wave:5s:1'])
    t.throws(() => burstOf(text), /it should be burst:5s:10/);
  const burst = { everyMs: 5_000, users: 10 };
  t.equal(untilBurst(burst, 4_999), 1);
  t.equal(untilBurst(burst, 5_000), 5_000);
});

t.test('chance depends on each part, and spreads evenly', async (t) => {
  t.equal(chance(1, 'list', 7), chance(1, 'list', 7));
  t.not(chance(1, 'list', 7), chance(2, 'list', 7));
  t.not(chance(1, 'list', 17), chance(11, 'list', 7), 'parts do not run into each other');
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) tenths[Math.floor(chance(1, 'list', index, 'arrival') * 10)]!++;
  for (const count of tenths) t.ok(count > 850 && count < 1_150, `${count} of 10000 in a tenth`);
});

t.test('a seed decides what is asked for, another seed asks for other things', async (t) => {
  const [first, second, other] = await Promise.all(
    ['1', '1', '2'].map(async (SEED) => {
      const { url, asked } = await lists(t);
      const { exitCode, lines, output } = await run('load/cascade.ts', {
        env: { BASE_URL: url, JOURNEYS: 'list:10', DURATION: '2s', SEED },
      });
      t.equal(exitCode, 0, output);
      t.equal(lines.length, asked.length, 'a line in the ledger for each request');
      for (const { at, j, o, s } of linesOf(lines)) {
        t.same({ j, o, s }, { j: 'list', o: 'good', s: 200 });
        t.ok(Number.isInteger(at) && at <= Date.now());
      }
      // k6 may start one iteration more or less; the first ones are there in every run.
      return asked.sort();
    }),
  );
  const common = first!.filter((path) => second!.includes(path));
  t.ok(common.length >= first!.length - 1, 'the same pages with the same seed');
  t.notSame(first, other);
});

t.test('a checkout is one line, with what a check of the ledger needs', async (t) => {
  const shop = await fakeShop(t);
  const { lines } = await run('load/cascade.ts', {
    env: { BASE_URL: shop.url, JOURNEYS: 'checkout:2', DURATION: '1s', TEST_ID: 'cascade' },
  });
  const found = linesOf(lines);
  t.ok(found.length >= 1);
  t.equal(shop.asked.get('POST /api/v1/carts'), found.length);
  t.equal(shop.orders.size, found.length);
  for (const line of found) {
    t.match(line, { j: 'checkout', o: 'good', s: 201, status: 201, cartId: String, orderId: String });
    t.ok(shop.orders.has(line.key ?? ''));
  }
});

t.test(
  'an error and an answer that is not what was promised are bad, and are asked for again when users do',
  async (t) => {
    const [failing, wrong] = [await lists(t, 503), await lists(t)];
    const env = { JOURNEYS: 'list:2', DURATION: '1s', RETRY_BY_USER: '2' };
    const failed = await run('load/cascade.ts', { env: { ...env, BASE_URL: failing.url } });
    const badLines = linesOf(failed.lines);
    t.ok(badLines.length >= 1);
    for (const { o, s } of badLines) t.same({ o, s }, { o: 'bad', s: 503 });
    t.equal(failing.asked.length, 3 * badLines.length, 'the first try alone is in the ledger');
    const { lines } = await run('load/cascade.ts', {
      env: { BASE_URL: wrong.url, JOURNEYS: 'product:2', DURATION: '1s' },
    });
    for (const { o } of linesOf(lines)) t.equal(o, 'bad');
  },
);

t.test('users of a burst come together', async (t) => {
  const { url } = await lists(t);
  const { lines } = await run('load/cascade.ts', {
    env: { BASE_URL: url, JOURNEYS: 'list:1', PATTERN: 'burst:1s:4', DURATION: '3s' },
  });
  const seconds = new Set(linesOf(lines).map(({ at }) => Math.round(at / 1_000 - linesOf(lines)[0]!.at / 1_000)));
  t.ok(lines.length >= 8, `${lines.length} users`);
  t.ok(seconds.size <= 4, 'at few moments');
});

t.test('without a ledger nothing is said, and a mix that makes no sense is refused', async (t) => {
  const { url, asked } = await lists(t);
  const { lines } = await run('load/cascade.ts', {
    env: { BASE_URL: url, JOURNEYS: 'list:2', DURATION: '1s', LEDGER: 'off' },
  });
  t.ok(asked.length >= 1);
  t.same(lines, []);
  const { exitCode, output } = await run('load/cascade.ts', { env: { JOURNEYS: 'buy:2' } });
  t.not(exitCode, 0);
  t.match(output, /JOURNEYS is "buy:2"/);
});
