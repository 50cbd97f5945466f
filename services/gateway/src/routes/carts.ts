import type { App, PeerClient } from '@pado/kit';
import Type, { type Static } from 'typebox';
import { priorities } from '../priorities.ts';
import { answers, cart, productId, uuid } from '../schemas.ts';

const tags = ['cart'];
const config = { priority: priorities.buying };
type Cart = Static<typeof cart>;

export function addCartRoutes(app: App, carts: PeerClient): void {
  app.post(
    '/carts',
    { config, schema: { summary: 'Take a cart', tags, response: answers(201, cart) } },
    async (_, reply) => {
      const taken = await carts.request<Cart>({ method: 'POST', path: '/carts', route: '/carts' });
      return reply.code(201).send(taken);
    },
  );

  app.get(
    '/carts/:id',
    {
      config,
      schema: { summary: 'Look into a cart', tags, params: Type.Object({ id: uuid }), response: answers(200, cart) },
    },
    ({ params: { id } }) => carts.request<Cart>({ method: 'GET', path: `/carts/${id}`, route: '/carts/:id' }),
  );

  app.put(
    '/carts/:id/items/:productId',
    {
      config,
      schema: {
        summary: 'Put a product into a cart',
        tags,
        params: Type.Object({ id: uuid, productId }),
        body: Type.Object({ quantity: Type.Integer({ minimum: 1, maximum: 99 }) }, { additionalProperties: false }),
        response: answers(200, cart),
      },
    },
    ({ params, body }) =>
      carts.request<Cart>({
        method: 'PUT',
        path: `/carts/${params.id}/items/${params.productId}`,
        route: '/carts/:id/items/:productId',
        body,
      }),
  );
}
