/** What users of the shop do. Tags `route`, `method` and `status` are those of the gateway's own metrics. */
import exec from 'k6/execution';
import http from 'k6/http';
import { fillCart, outcomeOf, pay, tagsOf } from './buying.ts';
import { bodyOf, count, type Outcome } from './outcome.ts';
import { baseUrl, patience, products, testId } from './settings.ts';

const browseTimeout = `${patience.browse}s`;
const checkoutTimeout = () => `${patience.checkout}s`;
const words = ['tent', 'rope', 'mask', 'towel', 'compass'];

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
  const response = http.get(`${baseUrl}${path}`, { timeout: browseTimeout, responseType: 'text', tags });
  const body = response.status === 200 ? bodyOf<{ degraded: boolean }>(response) : undefined;
  const outcome = body === undefined ? 'bad' : body.degraded === true ? 'degraded' : 'good';
  count('browse', outcome, Date.now() - startedAt);
  return outcome;
}

/** A cart, a product in it, and the checkout, which alone is judged; the ledger has a line for each checkout sent. */
export function checkout(): Outcome {
  const iteration = exec.scenario.iterationInTest;
  const startedAt = Date.now();
  const cartId = fillCart(productOf(iteration), checkoutTimeout);
  if (cartId === undefined) {
    count('checkout', 'bad', Date.now() - startedAt);
    return 'bad';
  }
  const key = `${testId}-${iteration}`;
  const sentAt = Date.now();
  const answer = pay(cartId, key, checkoutTimeout);
  const outcome = outcomeOf(answer);
  count('checkout', outcome, Date.now() - sentAt);
  console.log(JSON.stringify({ key, status: answer.status, orderId: answer.orderId ?? null, cartId }));
  return outcome;
}
