import { randomUUID } from 'node:crypto';
import type { App, PeerClient } from '@pado/kit';
import Type from 'typebox';
import { uuid } from '../schemas.ts';

interface PlacedOrder {
  readonly orderId: string;
  readonly status: 'confirmed' | 'payment_pending';
  readonly totalCents: number;
}

export function addCheckoutRoutes(app: App, orders: PeerClient): void {
  app.post(
    '/checkout',
    {
      schema: {
        summary: 'Buy what is in a cart',
        description:
          'Repeat it with the same Idempotency-Key when the answer was lost. 202: accepted, payment pending.',
        tags: ['orders'],
        headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' })) }),
        body: Type.Object(
          { cartId: uuid, paymentMethod: Type.String({ minLength: 1, maxLength: 40, default: 'card' }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ headers, body }, reply) => {
      const order = await orders.request<PlacedOrder>({
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
