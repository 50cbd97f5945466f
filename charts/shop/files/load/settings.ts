const number = (name: string, fallback: number): number => {
  const value = Number(__ENV[name] ?? fallback);
  if (!(value > 0)) throw new Error(`${name} is "${__ENV[name]}": it should be a number above 0`);
  return value;
};

/** Where the gateway is. */
export const baseUrl = `${__ENV.BASE_URL ?? 'http://127.0.0.1:8080'}/api/v1`;
/** How long the load lasts; `pado run` gives it, and ends the load before. */
export const duration = __ENV.DURATION ?? '30s';
/** Tells this load's orders from another's; without one, by the time. */
export const testId = __ENV.TEST_ID ?? `load-${Date.now()}`;
/** Pages a second. */
export const browseRate = number('BROWSE_RATE', 20);
/** Checkouts a second. With payments 2 s late they hold 2 × 15 = 30 places of a gateway that has 16. */
export const checkoutRate = number('CHECKOUT_RATE', 15);

/** How long a user waits, in seconds. */
export const patience = { browse: 3, checkout: 5 } as const;
export const products = 200;
