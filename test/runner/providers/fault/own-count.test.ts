import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultSpec } from '@pado/fault';
import t, { type Test } from 'tap';
import { countRequests, ownCounters } from '../../../../runner/src/providers/fault/own-count.ts';

const exposition = `# HELP http_server_request_duration_seconds Time
http_server_request_duration_seconds_bucket{le="1",service="payments",route="/charges",method="POST",status="201"} 9
http_server_request_duration_seconds_count{service="payments",route="/charges",method="POST",status="201"} 300
http_server_request_duration_seconds_count{service="payments",route="/charges",method="POST",status="402"} 3
http_server_request_duration_seconds_count{service="payments",route="/charges",method="GET",status="200"} 50
http_server_request_duration_seconds_count{service="payments",route="/refunds",method="POST",status="201"} 7
http_server_in_flight{service="payments"} 2
http_client_request_duration_seconds_count{service="payments",route="/charges",method="POST",status="201"} 1000
`;
const spec = (effect: object, name = 'payments'): FaultSpec =>
  ({
    target: { selector: { matchLabels: { 'app.kubernetes.io/name': name } } },
    ttl: '1s',
    effects: [effect],
  }) as FaultSpec;
const latency = { kind: 'latency', direction: 'inbound', delay: '1s' };
const urls = { payments: ['http://127.0.0.1:1'] };

t.equal(
  countRequests(exposition, { method: ['POST'], path: '/charges' }),
  305,
  'by method and path, over all statuses, and what is in flight',
);
t.equal(countRequests(exposition, { path: '/*' }), 362, 'a path may be a pattern');
t.equal(countRequests(exposition, {}), 362, 'without a match everything the service served');
t.equal(countRequests('', {}), 0);

t.match(ownCounters(spec({ ...latency, match: { method: ['POST'], path: '/charges' } }), urls), [
  { service: 'payments', effect: 0, what: 'POST /charges' },
]);
t.same(ownCounters(spec({ ...latency, direction: 'outbound' }), urls), [], 'the far side counts outbound requests');
t.same(
  ownCounters(spec({ kind: 'error', direction: 'inbound', status: 500 }), urls),
  [],
  'such a request never arrives',
);
t.same(ownCounters(spec(latency, 'stranger'), urls), [], 'a target that is no service of the shop');

t.test('a service that is gone cannot vouch', async (t) => {
  t.equal(await ownCounters(spec(latency), urls)[0]?.read(), null);
});

t.test('sums over the replicas, or counts the one that is selected', async (t) => {
  const [one, two] = [await metricsOf(t), await metricsOf(t)];
  const all = { payments: [one.url, two.url] };
  const read = async (labels: object, target: object = {}) => {
    const { target: own, ...rest } = spec(latency);
    const selector = { matchLabels: { ...own.selector.matchLabels, ...labels } };
    return ownCounters({ ...rest, target: { selector, ...target } } as FaultSpec, all)[0]?.read();
  };
  two.served = 40;
  t.equal(await read({}), 140);
  t.equal(await read({ 'pado.dev/instance': 'payments' }), 100);
  t.equal(await read({ 'pado.dev/instance': 'payments-2' }), 40);
  t.equal(await read({ 'pado.dev/instance': 'payments-3' }), undefined);
  t.equal(await read({}, { mode: 'one' }), undefined, 'nobody knows which one');
});

t.test('a process that was started again cannot vouch', async (t) => {
  const service = await metricsOf(t);
  const [counter] = ownCounters(spec(latency), { payments: [service.url] });
  t.equal(await counter?.read(), 100);
  service.bornAt = 2;
  t.equal(await counter?.read(), null);
});

async function metricsOf(t: Test) {
  const service = { served: 100, bornAt: 1, url: '' };
  const server = createServer((_, response) => {
    response.end(
      `process_start_time_seconds{service="payments"} ${service.bornAt}
http_server_request_duration_seconds_count{service="payments",route="/charges",method="POST",status="201"} ${service.served}
`,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}
