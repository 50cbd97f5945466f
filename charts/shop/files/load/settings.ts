import { address, duration as durationOf, whole } from './env.ts';

/** Where the gateway is. */
export const baseUrl = `${address('BASE_URL', 'http://127.0.0.1:8080')}/api/v1`;
/** How long the load lasts; `pado run` gives it, and ends the load before. */
export const duration = durationOf('DURATION', '30s');
/** Tells this load's orders from another's; without one, by the time. */
export const testId = __ENV.TEST_ID || `load-${Date.now()}`;
if (!/^[\x21-\x7e]{1,100}$/.test(testId))
  throw new Error(`TEST_ID is "${testId}": it should be 1 to 100 printable ASCII characters without spaces`);
/** Pages a second. */
export const browseRate = whole('BROWSE_RATE', 20);
/** Checkouts a second. With payments 2 s late they hold 2 × 15 = 30 places of a gateway that has 16. */
export const checkoutRate = whole('CHECKOUT_RATE', 15);

/** How long a user waits, in seconds. */
export const patience = { browse: 3, checkout: 5 } as const;
/** The same, in the loads of the cascades: all of a journey's requests together. */
export const patienceSeconds = whole('PATIENCE', 3, { to: 60 });
/** Every random choice of the cascades' loads derives from it. */
export const seed = whole('SEED', 1, { from: 0, to: 2 ** 31 - 1 });
export const products = 200;
