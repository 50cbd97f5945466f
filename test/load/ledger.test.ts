import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { k6 } from '../helpers/k6.ts';
import { fakeShop } from './fake-shop.ts';

const { run, directory } = await k6(t);
interface Line {
  readonly key: string;
  readonly status: number;
  readonly orderId: string | null;
  readonly cartId: string;
}
const check = async (url: string, lines: readonly unknown[], env: Record<string, string> = {}) => {
  const name = `${randomUUID()}.ndjson`;
  await writeFile(join(directory, name), lines.map((line) => JSON.stringify(line)).join('\n'));
  const done = await run('load/ledger-check.ts', { env: { BASE_URL: url, LEDGER: name, CHECK_RATE: '10', ...env } });
  return { ...done, findings: done.lines.map((line) => line.split(':').slice(0, 2).join(':')).sort() };
};

t.test('a ledger that checkouts wrote is found in the shop', async (t) => {
  let answered = 0;
  const shop = await fakeShop(t, { isBroken: () => ++answered === 2 });
  const env = { BASE_URL: shop.url, DURATION: '1s', CHECKOUT_RATE: '5', P99_MS: '30000', BAD_PERCENT: '100' };
  const { exitCode, lines } = await run('load/checkout-ledger.ts', { env });
  t.equal(exitCode, 0);
  const ledger = lines.map((line) => JSON.parse(line) as Line);
  t.equal(ledger.length, shop.orders.size, 'each checkout has a line');
  t.ok(ledger.some(({ status }) => status === 500) && ledger.some(({ status }) => status === 201));
  for (const { key, orderId } of ledger) if (orderId !== null) t.equal(shop.orders.get(key)?.orderId, orderId);
  const { exitCode: checkCode, output } = await check(shop.url, ledger);
  t.equal(checkCode, 0);
  t.match(output, /ledger_made\W+1\b/, 'the one that was answered with 500 is there all the same');
  t.equal(shop.orders.size, ledger.length, 'asking makes no order');
});

t.test('lost, doubled and unfinished orders fail the check, each with its key', async (t) => {
  const shop = await fakeShop(t);
  const line = (key: string, status = 201): Line => {
    const order = { orderId: randomUUID(), cartId: randomUUID(), status: 'confirmed' };
    shop.orders.set(key, order);
    return { key, status, orderId: order.orderId, cartId: order.cartId };
  };
  const lines = [line('kept'), line('lost'), line('unfinished', 202), line('doubled'), line('shared')];
  shop.orders.delete('lost');
  shop.orders.get('unfinished')!.status = 'payment_pending';
  // The order that was promised is there, and the key leads to another one.
  shop.orders.set('elsewhere', shop.orders.get('doubled')!);
  shop.orders.set('doubled', { ...shop.orders.get('doubled')!, orderId: randomUUID() });
  lines.push({ ...lines[4]!, key: 'shared-too' });
  const refused: Line = { key: 'refused', status: 503, orderId: null, cartId: randomUUID() };
  const { exitCode, findings } = await check(shop.url, [...lines, refused, 'chatter'], { SETTLE: '1s' });
  t.equal(exitCode, 99);
  const expected = ['doubled: doubled', 'lost: lost', 'lost: shared', 'lost: shared-too', 'unfinished: unfinished'];
  t.same(findings, expected);
  t.notOk(shop.orders.has('refused'), 'asking makes no order');
});

t.test('a file without lines of a ledger is refused', async (t) => {
  const { exitCode, output } = await check('http://127.0.0.1:1', ['chatter']);
  t.not(exitCode, 0);
  t.match(output, /has no line like/);
});
