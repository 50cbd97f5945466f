import { type App, problem } from '@pado/kit';
import Type from 'typebox';
import type { OrderBook } from '../order-book.ts';
import type { OrderDesk } from '../place-order.ts';

const headers = Type.Object({ 'idempotency-key': Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }) });
const body = Type.Object(
  { cartId: Type.String({ format: 'uuid' }), paymentMethod: Type.String({ minLength: 1, maxLength: 40 }) },
  { additionalProperties: false },
);
const params = Type.Object({ id: Type.String({ format: 'uuid' }) });

export function addOrderRoutes(app: App, desk: OrderDesk, book: OrderBook): void {
  app.post('/orders', { schema: { headers, body } }, async (request, reply) => {
    const { id, status, totalCents } = await desk.place({
      idempotencyKey: request.headers['idempotency-key'],
      ...request.body,
    });
    return reply.code(status === 'confirmed' ? 201 : 202).send({ orderId: id, status, totalCents });
  });

  app.get('/orders/:id', { schema: { params } }, async ({ params: { id } }) => {
    const order = await book.find(id);
    if (order === undefined) throw problem(404, 'order_not_found', `There is no order ${id}.`);
    const { status, reason, items, totalCents } = order;
    return { orderId: id, status, reason, items, totalCents };
  });
}
