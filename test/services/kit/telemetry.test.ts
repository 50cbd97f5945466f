import { buffer } from 'node:stream/consumers';
import { bundle } from '@pado/injector/bundle';
import t from 'tap';
import { json, peer } from '../../helpers/peer.ts';
import { serviceProcess } from '../../helpers/service-process.ts';
import { WireAgent } from '../../helpers/wire-agent.ts';

t.setTimeout(60_000);

/** A gateway whose only peer that matters is its catalog. */
const traced = (catalog: string, collector: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    ['CATALOG', 'CART', 'INVENTORY', 'ORDERS', 'RECOMMENDATIONS', 'SHIPPING'].map((name) => [
      `SHOP_${name}_URL`,
      catalog,
    ]),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
});

t.test('spans go to the collector when there is one, and log lines carry their ids', async (t) => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const exported: { path: string | undefined; body: Buffer }[] = [];
  const collector = await peer(t, async (request, response) => {
    exported.push({ path: request.url, body: await buffer(request) });
    response.end();
  });
  let traceparent: string | undefined;
  const catalog = await peer(t, (request, response) => {
    traceparent = String(request.headers.traceparent);
    json(response, 200, { items: [] });
  });
  const service = serviceProcess(t, ['gateway'], {
    ...traced(catalog, collector),
  });
  const answer = await fetch(`${await service.url()}/api/v1/products`, {
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  t.equal(answer.status, 200);
  t.match(traceparent, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  service.child.kill('SIGTERM');
  t.match(await service.exited, { code: 0 });
  t.same([...new Set(exported.map(({ path }) => path))], ['/v1/traces']);
  const sent = exported.map(({ body }) => body.toString('latin1')).join('');
  for (const part of ['GET /api/v1/products', 'GET /products', traceId, 'gateway']) t.ok(sent.includes(part), part);
});

t.test('a fault marks the spans of the requests that it hits, inbound and outbound', async (t) => {
  const exported: string[] = [];
  const collector = await peer(t, async (request, response) => {
    exported.push((await buffer(request)).toString('latin1'));
    response.end();
  });
  const catalog = await peer(t, (_request, response) => json(response, 200, { items: [] }));
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const service = serviceProcess(t, ['gateway'], {
    ...traced(catalog, collector),
    NODE_OPTIONS: `--require=${await bundle()}`,
    PADO_AGENT_URL: agent.url,
    PADO_AGENT_TOKEN_FILE: agent.tokenFile,
    PADO_NAME: 'gateway',
  });
  const url = await service.url();
  const target = await arriving;
  const { port } = new URL(catalog);
  await target.arm([
    { kind: 'latency', direction: 'inbound', delay: '11ms', match: { path: '/api/v1/products' } },
    { kind: 'latency', direction: 'outbound', delay: '12ms', match: { port: Number(port) } },
  ]);
  t.equal((await fetch(`${url}/api/v1/products`)).status, 200);
  service.child.kill('SIGTERM');
  await service.exited;
  const sent = exported.join('');
  for (const part of ['pado.fault.name', 'pado.fault.kind', 'latency', '11ms', '12ms']) t.ok(sent.includes(part), part);
});
