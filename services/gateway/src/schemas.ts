import Type, { type TSchema } from 'typebox';

export const uuid = Type.String({ format: 'uuid' });
export const productId = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });

/** Prices and totals are integers, in cents. */
const cents = Type.Integer({ minimum: 0 });

export const page = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'How many, at most 100' }),
  offset: Type.Integer({ minimum: 0, maximum: 10_000, default: 0, description: 'How many to skip' }),
};

export const product = Type.Object({
  id: productId,
  name: Type.String(),
  category: Type.String(),
  description: Type.String(),
  priceCents: cents,
});

export const stock = Type.Object({ productId, available: Type.Integer({ minimum: 0 }) });

const item = Type.Object({
  productId,
  name: Type.String(),
  priceCents: cents,
  quantity: Type.Integer({ minimum: 1, maximum: 99 }),
});

export const cart = Type.Object({ id: uuid, items: Type.Array(item), totalCents: cents });

export const placedOrder = Type.Object({
  orderId: uuid,
  status: Type.Union([Type.Literal('confirmed'), Type.Literal('payment_pending')]),
  totalCents: cents,
});

export const order = Type.Object({
  orderId: uuid,
  status: Type.Union(['placing', 'payment_pending', 'confirmed', 'rejected'].map((status) => Type.Literal(status))),
  reason: Type.Union([Type.String(), Type.Null()]),
  items: Type.Array(item),
  totalCents: cents,
});

export const shipment = Type.Object({ orderId: uuid, status: Type.String() });

const problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'What went wrong, for programs' }),
    instance: Type.String(),
  },
  { description: 'What went wrong (RFC 9457)' },
);

/** A route's answers, its problems included. */
export const answers = <S extends TSchema>(status: 200 | 201, schema: S) => ({
  [status]: schema,
  default: { description: 'A problem', content: { 'application/problem+json': { schema: problem } } },
});
