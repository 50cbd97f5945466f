/** What users of the shop do. Tags `route`, `method` and `status` are those of the gateway's own metrics. */
import exec from 'k6/execution';
import http from 'k6/http';
import { bodyOf, count, type Outcome } from './outcome.ts';
import { baseUrl, patience, products, testId } from './settings.ts';

const timeout = { browse: `${patience.browse}s`, checkout: `${patience.checkout}s` };
const words = ['tent', 'rope', 'mask', 'towel', 'compass'];
const json = { 'content-type': 'application/json' };
const tagsOf = (name: string, route: string) => ({ name, route: `/api/v1${route}` });

/** The same products in the same order in every run. */
const productOf = (iteration: number): number => 1 + ((iteration * 7_919) % products);

/** One page a user: a list, a product with recommendations, or a search. */
export function browse(): Outcome {
  const iteration = exec.scenario.iterationInTest;
  const [name, route, path] = (
    [
      ['list', '/products', `/products?limit=20&offset=${(iteration * 20) % products}`],
      ['product', '/products/:id', `/products/${productOf(iteration)}`],
      ['search', '/search', `/search?q=${words[iteration % words.length]}`],
    ] as const
  )[iteration % 3] ?? ['list', '/products', '/products'];
  const startedAt = Date.now();
  const tags = tagsOf(name, route);
  const response = http.get(`${baseUrl}${path}`, { timeout: timeout.browse, responseType: 'text', tags });
  const body = response.status === 200 ? bodyOf<{ degraded: boolean }>(response) : undefined;
  const outcome = body === undefined ? 'bad' : body.degraded === true ? 'degraded' : 'good';
  count('browse', outcome, Date.now() - startedAt);
  return outcome;
}

/** A cart, a product in it, and the checkout, which alone is judged; the ledger has a line for each checkout sent. */
export function checkout(): Outcome {
  const iteration = exec.scenario.iterationInTest;
  const startedAt = Date.now();
  const cartId = fillCart(productOf(iteration));
  if (cartId === undefined) {
    count('checkout', 'bad', Date.now() - startedAt);
    return 'bad';
  }
  const key = `${testId}-${iteration}`;
  const sentAt = Date.now();
  const response = http.post(`${baseUrl}/checkout`, JSON.stringify({ cartId, paymentMethod: 'card' }), {
    headers: { ...json, 'idempotency-key': key },
    timeout: timeout.checkout,
    responseType: 'text',
    tags: tagsOf('checkout', '/checkout'),
  });
  const order = bodyOf<{ orderId: string; status: string }>(response);
  const answered = typeof order?.orderId === 'string';
  const outcome =
    response.status === 201 && answered ? 'good' : response.status === 202 && answered ? 'degraded' : 'bad';
  count('checkout', outcome, Date.now() - sentAt);
  console.log(JSON.stringify({ key, status: response.status, orderId: order?.orderId ?? null, cartId }));
  return outcome;
}

/** The id of a new cart that holds one product; undefined when the shop does not give one. */
function fillCart(product: number): string | undefined {
  const parameters = { headers: json, timeout: timeout.checkout };
  const cart = http.post(`${baseUrl}/carts`, '{}', {
    ...parameters,
    responseType: 'text',
    tags: tagsOf('cart', '/carts'),
  });
  const id = cart.status === 201 ? bodyOf<{ id: string }>(cart)?.id : undefined;
  if (id === undefined) return undefined;
  const item = http.put(`${baseUrl}/carts/${id}/items/${product}`, '{"quantity":1}', {
    ...parameters,
    tags: tagsOf('item', '/carts/:id/items/:productId'),
  });
  return item.status >= 200 && item.status < 300 ? id : undefined;
}
