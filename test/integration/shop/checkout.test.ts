import { Client } from 'pg';
import t from 'tap';
import { auditOrders, settled } from '../../helpers/audit.ts';
import { heldPeer } from '../../helpers/peer.ts';
import { policiesFile } from '../../helpers/policies.ts';
import { postgres } from '../../helpers/postgres.ts';
import { shop } from '../../helpers/shop.ts';

t.setTimeout(120_000);
const databaseUrl = await postgres(t);
const database = new Client({ connectionString: databaseUrl });
await database.connect();
t.teardown(() => database.end());
const count = async (query: string, ...values: unknown[]) =>
  Number((await database.query<{ n: string }>(`SELECT count(*) AS n FROM ${query}`, values)).rows[0]?.n);

t.test('the shop as it should be', async (t) => {
  const { buy, newCart, urls } = await shop(t, { databaseUrl });
  const get = async (path: string) =>
    (await fetch(`${urls.gateway}/api/v1${path}`)).json() as Promise<Record<string, never>>;

  t.test('lists, searches and shows 200 products', async (t) => {
    t.equal(await count('catalog.products'), 200);
    t.match(await get('/products?limit=3'), { items: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    const found = (await get('/search?q=mask')) as unknown as { items: { name: string }[] };
    t.ok(found.items.length > 0 && found.items.every(({ name }) => /mask/i.test(name)));
    const page = (await get('/products/7')) as unknown as {
      category: string;
      recommendations: { id: number; category: string }[];
    };
    t.equal(page.recommendations.length, 4);
    t.ok(page.recommendations.every(({ id, category }) => id !== 7 && category === page.category));
    t.match(await get('/products/7/stock'), { productId: 7, available: 100_000 });
    t.match(await get('/products/9999/stock'), { status: 404, code: 'product_not_found' });
    t.match(await get('/products/9999'), { status: 404, code: 'product_not_found' });
  });

  t.test('a checkout charges the total once, ships once, and answers the same when repeated', async (t) => {
    const cartId = await newCart({ 7: 2, 12: 1 });
    const cart = (await get(`/carts/${cartId}`)) as unknown as {
      totalCents: number;
      items: { priceCents: number; quantity: number }[];
    };
    t.equal(
      cart.totalCents,
      cart.items.reduce((sum, { priceCents, quantity }) => sum + priceCents * quantity, 0),
    );
    const first = await buy({ cartId, key: 'once' });
    t.match(first, { status: 201, body: { status: 'confirmed', totalCents: cart.totalCents } });
    t.same(await buy({ cartId, key: 'once' }), first);
    t.equal(
      await count('payments.charges WHERE order_id = $1 AND amount_cents = $2', first.body.orderId, cart.totalCents),
      1,
    );
    await settled(databaseUrl);
    t.match(await get(`/orders/${first.body.orderId}`), { status: 'confirmed', shipment: { status: 'preparing' } });
    t.match(await buy({ cartId: await newCart(), key: 'once' }), {
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  t.test('the same checkout twenty times at once is one order', async (t) => {
    const cartId = await newCart();
    const answers = await Promise.all(Array.from({ length: 20 }, () => buy({ cartId, key: 'at-once' })));
    t.ok(answers.every(({ status, body }) => status === 201 && body.orderId === answers[0]?.body.orderId));
    t.equal(await count('orders.orders WHERE cart_id = $1', cartId), 1);
  });

  t.test('a declined payment gives the stock back', async (t) => {
    t.match(await buy({ products: { 30: 5 }, paymentMethod: 'declined-card' }), {
      status: 402,
      body: { code: 'payment_declined' },
    });
    await settled(databaseUrl);
    t.equal(await count('inventory.stock WHERE product_id = 30 AND available = 100000'), 1);
  });

  t.test('refuses what makes no sense', async (t) => {
    t.match(await buy({ products: {} }), { status: 409, body: { code: 'cart_empty' } });
    t.match(await buy({ cartId: 'nonsense' }), { status: 400, body: { code: 'invalid_request' } });
    t.match(await buy({ cartId: '00000000-0000-4000-8000-000000000000' }), {
      status: 404,
      body: { code: 'cart_not_found' },
    });
    t.match(await buy({ key: 'with spaces in it' }), { status: 400 });
  });

  t.test('fifty buyers of the last things: none is sold twice', async (t) => {
    await database.query('UPDATE inventory.stock SET available = 20 WHERE product_id IN (100, 101)');
    const carts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => newCart(i % 2 ? { 100: 1, 101: 1 } : { 101: 1, 100: 1 })),
    );
    const answers = await Promise.all(carts.map((cartId) => buy({ cartId })));
    t.equal(answers.filter(({ status }) => status === 201).length, 20);
    t.equal(answers.filter(({ status, body }) => status === 409 && body.code === 'out_of_stock').length, 30);
    t.equal(await count('inventory.stock WHERE product_id IN (100, 101) AND available = 0'), 2);
    await settled(databaseUrl);
    await database.query('UPDATE inventory.stock SET available = available + 99980 WHERE product_id IN (100, 101)');
  });

  t.test('nothing is lost, doubled or kept', async (t) => {
    await settled(databaseUrl);
    t.same(await auditOrders(databaseUrl), []);
  });

  t.test('describes itself', async (t) => {
    const document = (await (await fetch(`${urls.gateway}/openapi.json`)).json()) as { openapi: string; paths: object };
    t.equal(document.openapi, '3.1.0');
    t.same(Object.keys(document.paths).sort(), [
      '/api/v1/carts',
      '/api/v1/carts/{id}',
      '/api/v1/carts/{id}/items/{productId}',
      '/api/v1/checkout',
      '/api/v1/orders/{id}',
      '/api/v1/products',
      '/api/v1/products/{id}',
      '/api/v1/products/{id}/stock',
      '/api/v1/search',
    ]);
    t.match(await (await fetch(`${urls.gateway}/docs`)).text(), /swagger/i);
  });
});

t.test('payments that do not answer', async (t) => {
  t.test('with the fallback: accepted, and settled when payments is back', async (t) => {
    const policies = await policiesFile(t, { orders: { payments: { deadlineMs: 100, fallback: true } } });
    const answer = await t.test('while it is away', async (t) => {
      const away = await heldPeer(t);
      const { buy } = await shop(t, { databaseUrl, policies, replace: { payments: away.url } });
      const answers = await Promise.all(Array.from({ length: 30 }, () => buy()));
      t.ok(answers.every(({ status, body }) => status === 202 && body.status === 'payment_pending'));
      t.equal(await count(`orders.orders WHERE status = 'payment_pending'`), 30);
      const asked = away.held.length;
      while (away.held.length < asked + 2) await new Promise((resolve) => setTimeout(resolve, 50));
      t.ok(away.held.length <= asked + 3, 'the backlog asks one at a time, not thirty at once');
    });
    t.ok(answer);
    await shop(t, { databaseUrl, policies });
    await settled(databaseUrl);
    t.equal(await count(`orders.orders WHERE status = 'payment_pending'`), 0);
    t.same(await auditOrders(databaseUrl), []);
  });

  t.test('without: refused, and nothing is kept', async (t) => {
    const policies = await policiesFile(t, { orders: { payments: { deadlineMs: 100 } } });
    await t.test('while it is away', async (t) => {
      const away = await heldPeer(t);
      const { buy } = await shop(t, { databaseUrl, policies, replace: { payments: away.url } });
      t.match(await buy({ key: 'refused' }), { status: 504 });
    });
    await shop(t, { databaseUrl, policies });
    await settled(databaseUrl);
    t.equal(await count(`orders.orders WHERE idempotency_key = 'refused' AND status = 'rejected'`), 1);
    t.equal(
      await count(`payments.cancelled_orders JOIN orders.orders ON order_id = id WHERE idempotency_key = 'refused'`),
      1,
      'a late charge can no longer happen',
    );
    t.same(await auditOrders(databaseUrl), []);
  });
});
