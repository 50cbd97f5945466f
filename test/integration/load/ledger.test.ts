import { Client } from 'pg';
import t from 'tap';
import { k6 } from '../../helpers/k6.ts';
import { postgres } from '../../helpers/postgres.ts';
import { shop } from '../../helpers/shop.ts';

t.setTimeout(120_000);

t.test('the real shop keeps what it promised, and the check finds what was taken away', async (t) => {
  const databaseUrl = await postgres(t);
  const { run } = await k6(t);
  const { urls } = await shop(t, { databaseUrl });
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  t.teardown(() => database.end());
  const count = async () => Number((await database.query('SELECT count(*) AS n FROM orders.orders')).rows[0].n);

  const ledger = 'console-1.log';
  const common = { BASE_URL: urls.gateway!, P99_MS: '30000', TEST_ID: 'ledger' };
  const made = await run('load/checkout-ledger.ts', { env: { ...common, DURATION: '2s', CHECKOUT_RATE: '5' } });
  t.equal(made.exitCode, 0, 'the load ran', { output: made.output });
  t.equal(await count(), made.lines.length, 'each line is an order');

  const check = { env: { ...common, LEDGER: ledger, SETTLE: '2s' } };
  const kept = await run('load/ledger-check.ts', check);
  t.equal(kept.exitCode, 0, 'nothing is lost or doubled', { output: kept.output });
  t.equal(await count(), made.lines.length, 'asking made no order');

  const { key } = JSON.parse(made.lines[0]!) as { key: string };
  await database.query('DELETE FROM orders.orders WHERE idempotency_key = $1', [key]);
  const lost = await run('load/ledger-check.ts', check);
  t.equal(lost.exitCode, 99);
  t.match(lost.lines, [new RegExp(`^lost: ${key}: there is no order`)]);
});
