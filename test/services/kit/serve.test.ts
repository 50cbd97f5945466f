import { buildApp } from '@pado/kit';
import t from 'tap';
import { gateway } from '../../../services/gateway/src/app.ts';
import { heldPeer, json, peer } from '../../helpers/peer.ts';
import { serviceProcess } from '../../helpers/service-process.ts';

const urls = (url: string) => ({
  SHOP_CATALOG_URL: url,
  SHOP_CART_URL: url,
  SHOP_INVENTORY_URL: url,
  SHOP_ORDERS_URL: url,
  SHOP_RECOMMENDATIONS_URL: url,
  SHOP_SHIPPING_URL: url,
});

t.setTimeout(60_000);

t.test('SIGTERM loses no request in flight, not even one that waits for its place', async (t) => {
  const catalog = await heldPeer(t);
  const service = serviceProcess(t, ['gateway'], { ...urls(catalog.url), SHOP_MAX_IN_FLIGHT: '4' });
  const url = await service.url();
  const running = Array.from({ length: 6 }, (_, index) => fetch(`${url}/api/v1/products?offset=${index}`));
  await catalog.arrived(4);
  while (!/http_server_queued\{service="gateway"\} 2/.test(await (await fetch(`${url}/metrics`)).text()));
  service.child.kill('SIGTERM');
  await service.logged('shutting down');
  for (let index = 0; index < 6; index++) {
    await catalog.arrived(index + 1);
    json(catalog.held[index]!.response, 200, { items: [] });
  }
  for (const answer of await Promise.all(running)) {
    t.equal(answer.status, 200);
    t.same(await answer.json(), { items: [] });
  }
  t.match(await service.exited, { code: 0, stderr: '' });
  await t.rejects(fetch(`${url}/healthz`), { cause: { code: 'ECONNREFUSED' } });
});

t.test('while it drains it is not ready, and each answer closes its connection', async (t) => {
  const service = await buildApp(gateway, {
    env: urls(await peer(t, (_, response) => json(response, 200, { items: [] }))),
    logger: false,
  });
  t.teardown(() => service.close());
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.equal((await fetch(`${url}/api/v1/products`)).headers.get('connection'), 'keep-alive');
  service.drain();
  t.match(await (await fetch(`${url}/readyz`)).json(), { status: 503, code: 'draining' });
  t.equal((await fetch(`${url}/healthz`)).status, 200, 'a restart would mend nothing');
  const answer = await fetch(`${url}/api/v1/products`);
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('connection'), 'close');
  await service.close();
  await t.resolves(service.close(), 'closing twice is safe');
});

t.test('a wrong environment ends it with 2 and one message about all of it', async (t) => {
  const service = serviceProcess(t, ['gateway'], {
    ...urls('http://127.0.0.1:1'),
    SHOP_CART_URL: 'cart:80',
    SHOP_PORT: 'http',
    SHOP_MAX_QUEUED: '-1',
    SHOP_LOG_LEVEL: 'loud',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector',
  });
  const { code, stderr } = await service.exited;
  t.equal(code, 2);
  t.same(stderr.trimEnd().split('\n').sort(), [
    '  OTEL_EXPORTER_OTLP_ENDPOINT: "collector" is not the URL of a collector, such as http://127.0.0.1:4318',
    '  SHOP_CART_URL: "cart:80" is not the URL of cart, such as http://127.0.0.1:8080, or several with commas between',
    '  SHOP_LOG_LEVEL: "loud" is not one of fatal, error, warn, info, debug, trace, silent',
    '  SHOP_MAX_QUEUED: "-1" is not a number of requests from 0 to 100000',
    '  SHOP_PORT: "http" is not a port from 0 (any free one) to 65535',
    'gateway: wrong environment:',
  ]);
});

t.test('a port that is taken is a wrong environment too', async (t) => {
  const url = await peer(t, (_, response) => response.end());
  const { port } = new URL(url);
  const service = serviceProcess(t, ['gateway'], { ...urls(url), SHOP_PORT: port, SHOP_LOG_LEVEL: 'fatal' });
  t.match(await service.exited, {
    code: 2,
    stderr: new RegExp(`SHOP_PORT: 127.0.0.1:${port} is taken; take another port, or 0 for any free one`),
  });
});

t.test('an unknown service is answered with the nearest name and the list', async (t) => {
  t.match(await serviceProcess(t, ['catalogue'], {}).exited, {
    code: 2,
    stderr: /no service "catalogue"\. Did you mean catalog\? One of: cart, catalog, gateway, /,
  });
  t.match(await serviceProcess(t, [], {}).exited, { code: 2, stderr: /^which service\? One of: cart,/ });
});
