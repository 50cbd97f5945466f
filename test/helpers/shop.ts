import { type BuiltService, buildApp, type ServiceDefinition } from '@pado/kit';
import type { Test } from 'tap';
import { cart } from '../../services/cart/src/app.ts';
import { catalog } from '../../services/catalog/src/app.ts';
import { gateway } from '../../services/gateway/src/app.ts';
import { inventory } from '../../services/inventory/src/app.ts';
import { orders } from '../../services/orders/src/app.ts';
import { payments } from '../../services/payments/src/app.ts';
import { recommendations } from '../../services/recommendations/src/app.ts';
import { shipping } from '../../services/shipping/src/app.ts';
import type { policiesFile } from './policies.ts';

/** Leaves first: each service needs the addresses of its peers. */
// biome-ignore lint/suspicious/noExplicitAny: the eight have different configurations
const definitions: readonly ServiceDefinition<any>[] = [
  catalog,
  cart,
  inventory,
  payments,
  shipping,
  recommendations,
  orders,
  gateway,
];

export interface TestShop {
  readonly urls: Readonly<Record<string, string>>;
  readonly services: ReadonlyMap<string, BuiltService>;
  /** Fills a cart with these products and checks out; returns the status and the body. */
  buy(options?: {
    products?: Record<number, number>;
    key?: string;
    paymentMethod?: string;
    cartId?: string;
  }): Promise<{ status: number; body: Record<string, unknown> }>;
  newCart(products?: Record<number, number>): Promise<string>;
}

/** The real shop in this process on free ports, closed at the end of the test. `urls` may stand in for some services. */
export async function shop(
  t: Test,
  {
    databaseUrl,
    policies,
    replace = {},
  }: { databaseUrl: string; policies?: Awaited<ReturnType<typeof policiesFile>>; replace?: Record<string, string> },
): Promise<TestShop> {
  const urls: Record<string, string> = { ...replace };
  const services = new Map<string, BuiltService>();
  const env: NodeJS.ProcessEnv = {
    SHOP_DATABASE_URL: databaseUrl,
    ...(policies ? { SHOP_POLICIES_FILE: policies.file } : {}),
  };
  for (const definition of definitions) {
    const { name } = definition;
    if (urls[name] === undefined) {
      const service = await buildApp(definition, { env, logger: false });
      services.set(name, service);
      urls[name] = await service.app.listen({ host: '127.0.0.1', port: 0 });
    }
    env[`SHOP_${name.toUpperCase()}_URL`] = urls[name];
  }
  t.teardown(async () => {
    for (const service of [...services.values()].reverse()) await service.close();
  });
  const api = `${urls.gateway}/api/v1`;
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(api + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const newCart = async (products: Record<number, number> = { 7: 1 }) => {
    const { body } = await send('POST', '/carts');
    for (const [id, quantity] of Object.entries(products))
      await send('PUT', `/carts/${body.id}/items/${id}`, { quantity });
    return String(body.id);
  };
  return {
    urls,
    services,
    newCart,
    async buy({ products, key, paymentMethod = 'card', cartId } = {}) {
      return send(
        'POST',
        '/checkout',
        { cartId: cartId ?? (await newCart(products)), paymentMethod },
        key === undefined ? {} : { 'idempotency-key': key },
      );
    },
  };
}
