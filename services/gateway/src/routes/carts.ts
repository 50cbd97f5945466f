import type { App, PeerClient } from '@pado/kit';
import Type from 'typebox';
import { productId, uuid } from '../schemas.ts';

const tags = ['cart'];

export function addCartRoutes(app: App, cart: PeerClient): void {
  app.post('/carts', { schema: { summary: 'Take a cart', tags } }, async (_request, reply) => {
    const body = await cart.request({ method: 'POST', path: '/carts', route: '/carts' });
    return reply.code(201).send(body);
  });

  app.get(
    '/carts/:id',
    { schema: { summary: 'Look into a cart', tags, params: Type.Object({ id: uuid }) } },
    ({ params: { id } }) => cart.request({ method: 'GET', path: `/carts/${id}`, route: '/carts/:id' }),
  );

  app.put(
    '/carts/:id/items/:productId',
    {
      schema: {
        summary: 'Put a product into a cart',
        tags,
        params: Type.Object({ id: uuid, productId }),
        body: Type.Object({ quantity: Type.Integer({ minimum: 1, maximum: 99 }) }, { additionalProperties: false }),
      },
    },
    ({ params, body }) =>
      cart.request({
        method: 'PUT',
        path: `/carts/${params.id}/items/${params.productId}`,
        route: '/carts/:id/items/:productId',
        body,
      }),
  );
}
