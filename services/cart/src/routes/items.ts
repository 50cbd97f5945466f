import type { App, Database, PeerClient } from '@pado/kit';
import Type from 'typebox';
import { getCart, noCart } from '../carts.ts';

const params = Type.Object({
  id: Type.String({ format: 'uuid' }),
  productId: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
});
const body = Type.Object({ quantity: Type.Integer({ minimum: 1, maximum: 99 }) }, { additionalProperties: false });

const foreignKeyViolation = '23503';

export function addItemRoutes(app: App, db: Database, catalog: PeerClient): void {
  app.put(
    '/carts/:id/items/:productId',
    { schema: { params, body } },
    async ({ params: { id, productId }, body: { quantity } }) => {
      const product = await catalog.request<{ name: string; priceCents: number }>({
        method: 'GET',
        path: `/products/${productId}`,
        route: '/products/:id',
      });
      try {
        await db.query(
          `INSERT INTO cart_items (cart_id, product_id, name, price_cents, quantity) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity, price_cents = EXCLUDED.price_cents`,
          [id, productId, product.name, product.priceCents, quantity],
        );
      } catch (error) {
        if ((error as { code?: string }).code === foreignKeyViolation) throw noCart(id);
        throw error;
      }
      return getCart(db, id);
    },
  );

  app.delete('/carts/:id/items/:productId', { schema: { params } }, async ({ params: { id, productId } }) => {
    await db.query('DELETE FROM cart_items WHERE cart_id = $1 AND product_id = $2', [id, productId]);
    return getCart(db, id);
  });
}
