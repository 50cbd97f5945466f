import { randomUUID } from 'node:crypto';
import type { App, PeerClient } from '@pado/kit';
import Type, { type Static } from 'typebox';
import { priorities } from '../priorities.ts';
import { answers, placedOrder, uuid } from '../schemas.ts';

const idempotencyKey = Type.String({
  pattern: '^[\\x21-\\x7e]{1,128}$',
  description: '1 to 128 printable ASCII characters without spaces',
});

export function addCheckoutRoutes(app: App, orders: PeerClient): void {
  app.post(
    '/checkout',
    {
      config: { priority: priorities.buying },
      schema: {
        summary: 'Buy what is in a cart',
        description:
          'Repeat it with the same Idempotency-Key when the answer was lost. 202: accepted, payment pending.',
        tags: ['orders'],
        headers: Type.Object({ 'idempotency-key': Type.Optional(idempotencyKey) }),
        body: Type.Object(
          { cartId: uuid, paymentMethod: Type.String({ minLength: 1, maxLength: 40, default: 'card' }) },
          { additionalProperties: false },
        ),
        response: { ...answers(201, placedOrder), 202: placedOrder },
      },
    },
    async ({ headers, body }, reply) => {
      const order = await orders.request<Static<typeof placedOrder>>({
        method: 'POST',
        path: '/orders',
        route: '/orders',
        idempotencyKey: headers['idempotency-key'] ?? randomUUID(),
        body,
      });
      return reply.code(order.status === 'confirmed' ? 201 : 202).send(order);
    },
  );
}
