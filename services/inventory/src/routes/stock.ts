import { type App, type Database, problem } from '@pado/kit';
import Type from 'typebox';

const params = Type.Object({ productId: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) });

/**
 * The shop may run several inventories as shards: the gateway then asks the one that product id % n says. They share one
 * schema here; what an experiment needs of a shard is that no other process can answer for it.
 */
export function addStockRoutes(app: App, db: Database): void {
  app.get('/stock/:productId', { schema: { params } }, async ({ params: { productId } }) => {
    const [row] = await db.query<{ available: number }>('SELECT available FROM stock WHERE product_id = $1', [
      productId,
    ]);
    if (row === undefined) throw problem(404, 'product_not_found', `There is no product ${productId}.`);
    return { productId, available: row.available };
  });
}
