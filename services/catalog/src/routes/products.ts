import { type App, problem } from '@pado/kit';
import Type from 'typebox';
import { hasLeft } from '../has-left.ts';
import type { Found, ProductStore } from '../product-store.ts';

const listQuery = Type.Object({
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  category: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  offset: Type.Integer({ minimum: 0, maximum: 10_000, default: 0 }),
});
const idParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) });

interface Reply {
  header(name: string, value: string): unknown;
}

export function addProductRoutes(app: App, store: ProductStore): void {
  app.get('/products', { schema: { querystring: listQuery } }, async ({ query }, reply) => ({
    items: told(reply, await store.find(query, hasLeft(reply))),
  }));

  app.get(
    '/products/by-ids',
    { schema: { querystring: Type.Object({ ids: Type.String({ pattern: '^\\d{1,9}(,\\d{1,9}){0,99}$' }) }) } },
    async ({ query }, reply) => ({
      items: told(reply, await store.byIds(query.ids.split(',').map(Number), hasLeft(reply))),
    }),
  );

  app.get('/products/:id', { schema: { params: idParams } }, async ({ params }, reply) => {
    const [product] = told(reply, await store.byIds([params.id], hasLeft(reply)));
    if (product === undefined) throw problem(404, 'product_not_found', `There is no product ${params.id}.`);
    return product;
  });
}

/** Says in the answer whether it came from the cache; a negative ttl is stale (RFC 9211). */
function told(reply: Reply, { products, cacheStatus }: Found): Found['products'] {
  if (cacheStatus !== undefined) reply.header('cache-status', cacheStatus);
  return products;
}
