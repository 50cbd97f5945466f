import { once } from 'node:events';
import { request } from 'node:http';
import { buildApp, defineService } from '@pado/kit';
import t, { type Test } from 'tap';
import Type from 'typebox';
import { heldPeer, json } from '../../helpers/peer.ts';

const definition = defineService({
  name: 'front',
  config: Type.Object({}),
  peers: ['back'],
  build: async (app, { client }) => {
    app.post('/things', { schema: { body: Type.Object({ name: Type.String() }) } }, ({ body }) =>
      client('back').request({ method: 'POST', path: '/back', route: '/back', body }),
    );
  },
});

async function start(t: Test) {
  const back = await heldPeer(t);
  const service = await buildApp(definition, { env: { SHOP_BACK_URL: back.url }, logger: false });
  t.teardown(() => service.close());
  return { back, url: await service.app.listen({ host: '127.0.0.1', port: 0 }) };
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;

t.test('trace, baggage and deadline reach the peer, also when the body comes late', async (t) => {
  const { back, url } = await start(t);
  const call = request(`${url}/things`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: parent,
      baggage: 'pado.cohort=canary,user=7',
      'x-deadline-ms': '60000',
    },
  });
  call.write('{"name":');
  await once(call, 'socket');
  // The headers are there long before the body ends.
  await new Promise((resolve) => setTimeout(resolve, 50));
  call.end('"tea"}');
  await back.arrived(1);
  const { request: received, response } = back.held[0]!;
  const { headers } = received;
  t.match(headers, {
    baggage: 'pado.cohort=canary,user=7',
    traceparent: new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
  });
  t.not(headers.traceparent, parent, 'the outbound call is a span of its own');
  const left = Number(headers['x-deadline-ms']);
  t.ok(left > 0 && left < 60_000, `the deadline is reduced by the time spent: ${left}`);
  json(response, 200, {});
  const [answer] = await once(call, 'response');
  t.equal(answer.statusCode, 200);
  answer.resume();
});

t.test('a trace is begun where there is none, and no deadline is made up', async (t) => {
  const { back, url } = await start(t);
  const call = fetch(`${url}/things`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: 'nonsense', 'x-deadline-ms': 'soon' },
    body: '{"name":"tea"}',
  });
  await back.arrived(1);
  const { request, response } = back.held[0]!;
  t.match(request.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  t.equal(request.headers.baggage, undefined);
  t.equal(request.headers['x-deadline-ms'], undefined);
  json(response, 200, {});
  t.equal((await call).status, 200);
});

t.test('a deadline in the past is answered at once', async (t) => {
  const { back, url } = await start(t);
  const answer = await fetch(`${url}/things`, { method: 'POST', headers: { 'x-deadline-ms': '-5' } });
  t.match(await answer.json(), { status: 504, code: 'deadline_exceeded' });
  t.equal(back.held.length, 0);
});
