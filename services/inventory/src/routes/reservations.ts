import type { App, Database } from '@pado/kit';
import Type from 'typebox';
import { release, reserve } from '../reservations.ts';

const body = Type.Object(
  {
    orderId: Type.String({ format: 'uuid' }),
    items: Type.Array(
      Type.Object(
        {
          productId: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
          quantity: Type.Integer({ minimum: 1, maximum: 99 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false },
);

export function addReservationRoutes(app: App, db: Database): void {
  app.post('/reservations', { schema: { body } }, async ({ body: { orderId, items } }, reply) => {
    await reserve(db, orderId, items);
    return reply.code(201).send({ orderId });
  });

  app.delete(
    '/reservations/:orderId',
    { schema: { params: Type.Object({ orderId: Type.String({ format: 'uuid' }) }) } },
    async ({ params: { orderId } }, reply) => {
      await release(db, orderId);
      return reply.code(204).send();
    },
  );
}
