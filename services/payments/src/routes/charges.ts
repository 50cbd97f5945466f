import { type App, type Database, problem } from '@pado/kit';
import Type from 'typebox';
import { charge } from '../charges.ts';

const headers = Type.Object({ 'idempotency-key': Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }) });
const body = Type.Object(
  {
    orderId: Type.String({ format: 'uuid' }),
    amountCents: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    method: Type.String({ minLength: 1, maxLength: 40 }),
  },
  { additionalProperties: false },
);

export function addChargeRoutes(app: App, db: Database, count: (outcome: string) => void): void {
  app.post('/charges', { schema: { headers, body } }, async (request, reply) => {
    const { chargeId, status, fresh } = await charge(db, request.headers['idempotency-key'], request.body);
    if (fresh) count(status);
    if (status === 'declined') throw problem(402, 'payment_declined', 'The bank declined the charge.');
    return reply.code(201).send({ chargeId, status });
  });
}
