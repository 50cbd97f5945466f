import { buildApp } from '@pado/kit';
import t, { type Test } from 'tap';
import { gateway } from '../../../services/gateway/src/app.ts';
import { json, peer } from '../../helpers/peer.ts';

const id = '00000000-0000-4000-8000-000000000000';
const product = { id: 7, items: [], orderId: id, status: 'confirmed' };

/** The gateway in front of peers that answer anything; `seen` are their requests as `peer /path priority`. */
async function front(t: Test, inventories = 1) {
  const seen: string[] = [];
  const standIn = (name: string) =>
    peer(t, (request, response) => {
      request.resume();
      seen.push(`${name} ${request.url} ${request.headers['x-priority']}`);
      json(response, 200, product);
    });
  const env: NodeJS.ProcessEnv = {};
  for (const name of gateway.peers) env[`SHOP_${name.toUpperCase()}_URL`] = await standIn(name);
  const shards = await Promise.all(Array.from({ length: inventories }, (_, index) => standIn(`inventory-${index}`)));
  env.SHOP_INVENTORY_URL = shards.join(',');
  const service = await buildApp(gateway, { env, logger: false });
  t.teardown(() => service.close());
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const call = async (method: string, path: string, options: { body?: unknown; priority?: string } = {}) => {
    seen.length = 0;
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.priority === undefined ? {} : { 'x-priority': options.priority }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    await answer.text();
    return [...seen].sort();
  };
  return { call };
}

t.test('buying goes before looking, looking before browsing, recommendations last', async (t) => {
  const { call } = await front(t);
  t.same(await call('POST', '/checkout', { body: { cartId: id, paymentMethod: 'card' } }), ['orders /orders 0']);
  t.same(await call('POST', '/carts'), ['cart /carts 0']);
  t.same(await call('GET', `/carts/${id}`), [`cart /carts/${id} 0`]);
  t.same(await call('PUT', `/carts/${id}/items/7`, { body: { quantity: 1 } }), [`cart /carts/${id}/items/7 0`]);
  t.same(await call('GET', `/orders/${id}`), [`orders /orders/${id} 0`, `shipping /shipments/${id} 0`]);
  t.same(await call('GET', '/products/7'), ['catalog /products/7 5', 'recommendations /recommendations/7 9']);
  t.same(await call('GET', '/products/7/stock'), ['inventory-0 /stock/7 5']);
  t.same(await call('GET', '/products?limit=3'), ['catalog /products?limit=3&offset=0 7']);
  t.same(await call('GET', '/search?q=tent&limit=3'), ['catalog /products?q=tent&limit=3&offset=0 7']);
});

t.test('nobody outside can call himself important', async (t) => {
  const { call } = await front(t);
  t.same(await call('GET', '/products?limit=3', { priority: '0' }), ['catalog /products?limit=3&offset=0 7']);
});

t.test('the stock of a product is asked of its shard', async (t) => {
  const { call } = await front(t, 3);
  for (const product of [3, 4, 5, 6, 7])
    t.same(await call('GET', `/products/${product}/stock`), [`inventory-${product % 3} /stock/${product} 5`]);
});
