import type { App, Database } from '@pado/kit';
import Type from 'typebox';
import { refund } from '../charges.ts';

const body = Type.Object({ orderId: Type.String({ format: 'uuid' }) }, { additionalProperties: false });

export function addRefundRoutes(app: App, db: Database, count: (outcome: string) => void): void {
  app.post('/refunds', { schema: { body } }, async ({ body: { orderId } }, reply) => {
    const refunded = await refund(db, orderId);
    for (let i = 0; i < refunded; i++) count('refunded');
    return reply.code(201).send({ orderId, refunded });
  });
}
