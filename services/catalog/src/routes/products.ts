import { type App, type Database, problem } from '@pado/kit';
import Type from 'typebox';
import { findProducts, productsById } from '../products.ts';

const listQuery = Type.Object({
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  category: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  offset: Type.Integer({ minimum: 0, maximum: 10_000, default: 0 }),
});
const idParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) });

export function addProductRoutes(app: App, db: Database): void {
  app.get('/products', { schema: { querystring: listQuery } }, async ({ query }) => ({
    items: await findProducts(db, query),
  }));

  app.get(
    '/products/by-ids',
    { schema: { querystring: Type.Object({ ids: Type.String({ pattern: '^\\d{1,9}(,\\d{1,9}){0,99}$' }) }) } },
    async ({ query }) => ({ items: await productsById(db, query.ids.split(',').map(Number)) }),
  );

  app.get('/products/:id', { schema: { params: idParams } }, async ({ params }) => {
    const [product] = await productsById(db, [params.id]);
    if (product === undefined) throw problem(404, 'product_not_found', `There is no product ${params.id}.`);
    return product;
  });
}
