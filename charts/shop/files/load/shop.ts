/**
 * Users of the shop, for k6: some browse, some buy. Requests arrive at a constant rate whatever the shop's speed, as
 * real users do; a load that waits for answers would slow down with the shop and hide what it should show.
 */
import exec from 'k6/execution';
import http from 'k6/http';
import type { Options } from 'k6/options';
import { bodyOf, count } from './outcome.ts';
import { baseUrl, browseRate, checkoutRate, duration, patience, products, testId } from './settings.ts';

/** A journey takes longer than its last request is waited for; half as many again for arrivals that bunch. */
const users = (rate: number, seconds: number): number => Math.ceil(rate * (seconds + 1) * 1.5);

const arrivals = (rate: number, seconds: number, journey: string) => ({
  executor: 'constant-arrival-rate' as const,
  rate,
  timeUnit: '1s',
  duration,
  preAllocatedVUs: users(rate, seconds),
  gracefulStop: `${seconds}s`,
  exec: journey,
});

export const options: Options = {
  scenarios: {
    browse: arrivals(browseRate, patience.browse, 'browse'),
    checkout: arrivals(checkoutRate, patience.checkout, 'checkout'),
  },
  // Few labels: each combination is a series that Prometheus stores every second.
  systemTags: ['name', 'status', 'expected_response'],
  summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
  discardResponseBodies: true,
  // For a load that is run alone; an experiment has its own probes. Naming a journey makes k6 count it apart.
  thresholds: {
    shop_browse_duration: ['p(99)<500'],
    shop_checkout_duration: ['p(99)<500'],
    ...Object.fromEntries(
      ['browse', 'checkout'].flatMap((journey) => [
        [`shop_good{journey:${journey}}`, ['count>0']],
        [`shop_degraded{journey:${journey}}`, ['count>=0']],
        [`shop_bad{journey:${journey}}`, ['count<1']],
      ]),
    ),
  },
};

const timeout = { browse: `${patience.browse}s`, checkout: `${patience.checkout}s` };
const words = ['tent', 'rope', 'mask', 'towel', 'compass'];

/** The same products in the same order in every run. */
const productOf = (iteration: number): number => 1 + ((iteration * 7_919) % products);

/** One page a user: a list, a product with recommendations, or a search. */
export function browse(): void {
  const iteration = exec.scenario.iterationInTest;
  const [name, path] = (
    [
      ['list', `/products?limit=20&offset=${(iteration * 20) % products}`],
      ['product', `/products/${productOf(iteration)}`],
      ['search', `/search?q=${words[iteration % words.length]}`],
    ] as const
  )[iteration % 3] ?? ['list', '/products'];
  const startedAt = Date.now();
  const response = http.get(`${baseUrl}${path}`, { timeout: timeout.browse, responseType: 'text', tags: { name } });
  const body = response.status === 200 ? bodyOf<{ degraded: boolean }>(response) : undefined;
  const outcome = body === undefined ? 'bad' : body.degraded === true ? 'degraded' : 'good';
  count('browse', outcome, Date.now() - startedAt);
}

/** A cart, a product in it, and the checkout, which alone is judged; the ledger has a line for each checkout sent. */
export function checkout(): void {
  const iteration = exec.scenario.iterationInTest;
  const startedAt = Date.now();
  const cartId = fillCart(productOf(iteration));
  if (cartId === undefined) {
    count('checkout', 'bad', Date.now() - startedAt);
    return;
  }
  const key = `${testId}-${iteration}`;
  const sentAt = Date.now();
  const response = http.post(`${baseUrl}/checkout`, JSON.stringify({ cartId, paymentMethod: 'card' }), {
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    timeout: timeout.checkout,
    responseType: 'text',
    tags: { name: 'checkout' },
  });
  const order = bodyOf<{ orderId: string; status: string }>(response);
  const answered = typeof order?.orderId === 'string';
  const outcome =
    response.status === 201 && answered ? 'good' : response.status === 202 && answered ? 'degraded' : 'bad';
  count('checkout', outcome, Date.now() - sentAt);
  console.log(JSON.stringify({ key, status: response.status, orderId: order?.orderId ?? null }));
}

/** The id of a new cart that holds one product; undefined when the shop does not give one. */
function fillCart(product: number): string | undefined {
  const parameters = { headers: { 'content-type': 'application/json' }, timeout: timeout.checkout };
  const cart = http.post(`${baseUrl}/carts`, '{}', { ...parameters, responseType: 'text', tags: { name: 'cart' } });
  const id = cart.status === 201 ? bodyOf<{ id: string }>(cart)?.id : undefined;
  if (id === undefined) return undefined;
  const item = http.put(`${baseUrl}/carts/${id}/items/${product}`, '{"quantity":1}', {
    ...parameters,
    tags: { name: 'item' },
  });
  return item.status >= 200 && item.status < 300 ? id : undefined;
}
