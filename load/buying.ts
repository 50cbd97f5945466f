/** The three requests of a checkout. `timeout` is asked before each, since a user's patience may be for all of them. */
import http from 'k6/http';
import { bodyOf, type Outcome } from './outcome.ts';
import { baseUrl } from './settings.ts';

type Timeout = () => string;
const json = { 'content-type': 'application/json' };
export const tagsOf = (name: string, route: string) => ({ name, route: `/api/v1${route}` });

/** The id of a new cart that holds one product; undefined when the shop does not give one. */
export function fillCart(product: number, timeout: Timeout): string | undefined {
  const cart = http.post(`${baseUrl}/carts`, '{}', {
    headers: json,
    timeout: timeout(),
    responseType: 'text',
    tags: tagsOf('cart', '/carts'),
  });
  const id = cart.status === 201 ? bodyOf<{ id: string }>(cart)?.id : undefined;
  if (id === undefined) return undefined;
  const item = http.put(`${baseUrl}/carts/${id}/items/${product}`, '{"quantity":1}', {
    headers: json,
    timeout: timeout(),
    tags: tagsOf('item', '/carts/:id/items/:productId'),
  });
  return item.status >= 200 && item.status < 300 ? id : undefined;
}

/** Checks a cart out. Promised means: with an order, confirmed (201) or pending (202). */
export function pay(cartId: string, key: string, timeout: Timeout): { status: number; orderId: string | undefined } {
  const response = http.post(`${baseUrl}/checkout`, JSON.stringify({ cartId, paymentMethod: 'card' }), {
    headers: { ...json, 'idempotency-key': key },
    timeout: timeout(),
    responseType: 'text',
    tags: tagsOf('checkout', '/checkout'),
  });
  const orderId = bodyOf<{ orderId: string }>(response)?.orderId;
  return { status: response.status, orderId: typeof orderId === 'string' ? orderId : undefined };
}

export const outcomeOf = ({ status, orderId }: ReturnType<typeof pay>): Outcome =>
  orderId === undefined ? 'bad' : status === 201 ? 'good' : status === 202 ? 'degraded' : 'bad';
