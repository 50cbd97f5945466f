import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export interface Order {
  readonly orderId: string;
  readonly cartId: string;
  status: string;
}

/** What the gateway answers, as far as the load asks for it; `orders` may be tampered with. */
export interface FakeShop {
  readonly url: string;
  /** Such as `GET /api/v1/products/:id`, with how often it was asked for. */
  readonly asked: ReadonlyMap<string, number>;
  /** By Idempotency-Key. */
  readonly orders: Map<string, Order>;
}

export interface FakeShopOptions {
  /** Called before each answer. */
  readonly before?: () => Promise<void>;
  /** Checkouts are answered with 500 after the order was made. */
  readonly isBroken?: () => boolean;
}

export async function fakeShop(t: Test, { before, isBroken = () => false }: FakeShopOptions = {}): Promise<FakeShop> {
  const asked = new Map<string, number>();
  const orders = new Map<string, Order>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0]!;
    const route = path.replace(/\/(products|items)\/\d+$/, '/$1/:id').replace(/\/(carts|orders)\/[^/]+/, '/$1/:id');
    const what = `${request.method} ${route}`;
    asked.set(what, (asked.get(what) ?? 0) + 1);
    const body = await bodyOf(request);
    await before?.();
    const reply = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (what === 'POST /api/v1/carts') return reply(201, { id: randomUUID() });
    if (what === 'POST /api/v1/checkout') {
      const key = String(request.headers['idempotency-key']);
      const cartId = String(body.cartId);
      const known = orders.get(key);
      if (known !== undefined && known.cartId !== cartId) return reply(422, { code: 'idempotency_key_reused' });
      if (known === undefined && /^0{8}/.test(cartId)) return reply(404, { code: 'cart_not_found' });
      const order = known ?? { orderId: randomUUID(), cartId, status: 'confirmed' };
      orders.set(key, order);
      if (isBroken()) return reply(500, {});
      return reply(order.status === 'confirmed' ? 201 : 202, order);
    }
    if (what === 'GET /api/v1/orders/:id') {
      const order = [...orders.values()].find(({ orderId }) => path.endsWith(orderId));
      return order === undefined ? reply(404, {}) : reply(200, order);
    }
    reply(200, { items: [], degraded: false });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, orders };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
