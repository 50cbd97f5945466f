import Type, { type Static } from 'typebox';

/** The gateway's own environment. */
export const config = Type.Object({
  SHOP_MAX_IN_FLIGHT: Type.Integer({
    default: 16,
    minimum: 1,
    maximum: 10_000,
    description: 'a number of requests from 1 to 10000',
  }),
  SHOP_MAX_QUEUED: Type.Integer({
    default: 200,
    minimum: 0,
    maximum: 100_000,
    description: 'a number of requests from 0 to 100000',
  }),
  SHOP_QUEUE_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    maximum: 600_000,
    description: 'milliseconds from 1 to 600000',
  }),
});

export const capOf = (values: Static<typeof config>) => ({
  maxInFlight: values.SHOP_MAX_IN_FLIGHT,
  maxQueued: values.SHOP_MAX_QUEUED,
  queueTimeoutMs: values.SHOP_QUEUE_TIMEOUT_MS,
});
