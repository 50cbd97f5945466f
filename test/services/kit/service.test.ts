import { type BuiltService, buildApp, defineService } from '@pado/kit';
import t, { type Test } from 'tap';
import Type from 'typebox';
import { heldPeer, json, peer } from '../../helpers/peer.ts';
import { policiesFile } from '../../helpers/policies.ts';

const definition = defineService({
  name: 'front',
  config: Type.Object({ MAX: Type.Integer({ default: 2, description: 'a number' }) }),
  peers: ['back'],
  cap: ({ MAX }) => ({ maxInFlight: MAX, maxQueued: 1, queueTimeoutMs: 60_000 }),
  build: async (app, { client }) => {
    app.get('/things/:id', { schema: { params: Type.Object({ id: Type.Integer() }) } }, ({ params }) =>
      client('back').request({ method: 'GET', path: `/back/${params.id}`, route: '/back/:id' }),
    );
    app.get('/broken', async () => {
      throw new Error('secret detail');
    });
  },
});

async function start(
  t: Test,
  back: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ service: BuiltService; url: string }> {
  const service = await buildApp(definition, { env: { SHOP_BACK_URL: back, ...env }, logger: false });
  t.teardown(() => service.close());
  return { service, url: await service.app.listen({ host: '127.0.0.1', port: 0 }) };
}

const metrics = async (url: string) => (await fetch(`${url}/metrics`)).text();

t.test('answers, and counts by route pattern; probes are not counted', async (t) => {
  const { url } = await start(t, await peer(t, (_request, response) => json(response, 200, { ok: true })));
  t.same(await (await fetch(`${url}/things/7`)).json(), { ok: true });
  for (const path of ['/healthz', '/readyz']) t.equal((await fetch(url + path)).status, 200, path);
  const text = await metrics(url);
  t.match(
    text,
    /http_server_request_duration_seconds_count\{service="front",route="\/things\/:id",method="GET",status="200"\} 1/,
  );
  t.match(
    text,
    /http_client_request_duration_seconds_count\{service="front",peer="back",route="\/back\/:id",method="GET",status="200"\} 1/,
  );
  t.notMatch(text, /route="\/healthz"/);
  for (const name of [
    'http_server_in_flight',
    'http_server_queued',
    'nodejs_eventloop_utilization',
    'process_resident_memory_bytes',
  ]) {
    t.match(text, new RegExp(`^${name}`, 'm'), name);
  }
  // There is no sample before the first collection.
  t.match(text, /^# TYPE nodejs_gc_duration_seconds histogram$/m);
});

t.test('errors are problem+json and give nothing away', async (t) => {
  const { url } = await start(t, await peer(t, (_request, response) => json(response, 500, {})));
  const problem = async (path: string) => {
    const answer = await fetch(url + path);
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/, path);
    return answer.json();
  };
  t.match(await problem('/things/seven'), { status: 400, code: 'invalid_request', detail: /params/ });
  t.match(await problem('/nothing'), { status: 404, code: 'not_found' });
  t.match(await problem('/things/7'), { status: 502, code: 'peer_failed' });
  t.same(await problem('/broken'), {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'The service failed to handle the request.',
    code: 'internal_error',
    instance: '/broken',
  });
});

t.test('a request whose caller has stopped waiting is not worked on', async (t) => {
  const back = await heldPeer(t);
  const { url } = await start(t, back.url);
  const answer = await fetch(`${url}/things/7`, { headers: { 'x-deadline-ms': '0' } });
  t.match(await answer.json(), { status: 504, code: 'deadline_exceeded' });
  t.equal(back.held.length, 0);
});

t.test('a failure is logged with its route, code and reason; a second one within a second is not', async (t) => {
  const { service, url } = await start(t, await peer(t, (_request, response) => json(response, 500, {})));
  const lines: unknown[] = [];
  service.app.log.warn = (line: unknown) => lines.push(line);
  await fetch(`${url}/things/7`);
  await fetch(`${url}/things/7`);
  await fetch(`${url}/nothing`);
  t.match(lines, [{ status: 502, route: '/things/:id', code: /peer/, reason: /back/, leftOut: 0 }]);
  t.equal(lines.length, 1);
});

t.test('one cap for all: the next waits, the one after is refused, probes pass', async (t) => {
  const back = await heldPeer(t);
  const { url } = await start(t, back.url);
  const running = [fetch(`${url}/things/1`), fetch(`${url}/things/2`)];
  await back.arrived(2);
  const waiting = fetch(`${url}/things/3`);
  while (!/http_server_queued\{service="front"\} 1/.test(await metrics(url)));
  const refused = await fetch(`${url}/things/4`);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  for (const { response } of back.held) json(response, 200, {});
  await back.arrived(3);
  json(back.held[2]!.response, 200, {});
  for (const answer of await Promise.all([...running, waiting])) t.equal(answer.status, 200);
  const text = await metrics(url);
  t.match(text, /http_server_shed_total\{reason="queue-full",priority="5",service="front"\} 1/);
  t.match(text, /http_server_in_flight\{service="front"\} 0/);
});

t.test('policies switch while it runs; what is invalid leaves the last good ones', { timeout: 20_000 }, async (t) => {
  const back = await heldPeer(t);
  const policies = await policiesFile(t);
  const { url } = await start(t, back.url, { SHOP_POLICIES_FILE: policies.file, MAX: '10' });
  const revision = async (wanted: string) => {
    while (!(await metrics(url)).includes(`revision="${wanted}"`))
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await revision('1');
  const patient = fetch(`${url}/things/1`);
  await back.arrived(1);
  await policies.set('2', { front: { '*': { deadlineMs: 20 } } });
  await revision('2');
  t.match(await (await fetch(`${url}/things/2`)).json(), { status: 504, code: 'peer_deadline' });
  await policies.raw('{"preset":"broken","revision":"3","services":{"front":{"back":{"deadlineMs":"soon"}}}}');
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  t.match(await (await fetch(`${url}/things/3`)).json(), { status: 504 }, 'the deadline is still in force');
  t.match(await metrics(url), /resilience_policy_info\{preset="test",revision="2",service="front"\} 1/);
  json(back.held[0]!.response, 200, {});
  t.equal((await patient).status, 200, 'a call that had begun goes on as it began');
});
