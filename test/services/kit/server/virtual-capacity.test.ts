import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { buildApp, currentContext, defineService } from '@pado/kit';
import type { ServerPolicy } from '@pado/kit/policy';
import t, { type Test } from 'tap';
import Type from 'typebox';
import { currentPriority } from '../../../../services/kit/src/context.ts';
import { policiesFile } from '../../../helpers/policies.ts';

/** A service whose handlers wait until the test lets them go on. */
async function start(
  t: Test,
  {
    env = {},
    policy,
    edge = false,
  }: {
    env?: NodeJS.ProcessEnv;
    policy?: ServerPolicy;
    edge?: boolean;
  } = {},
) {
  const held: { name: string; gone: AbortSignal | undefined; release: () => void }[] = [];
  const file = await policiesFile(t);
  const set = (revision: string, server: ServerPolicy) =>
    file.raw(JSON.stringify({ preset: 'test', revision, services: {}, servers: { leaf: server } }));
  if (policy !== undefined) await set('1', policy);
  const hold = (name: string) =>
    new Promise<void>((release) => held.push({ name, gone: currentContext()?.gone, release }));
  const service = await buildApp(
    defineService({
      name: 'leaf',
      config: Type.Object({}),
      peers: [],
      edge,
      build: async (app, { policy: ownPolicy }) => {
        app.get('/held/:name', async ({ params }) => {
          await hold((params as { name: string }).name);
          return {};
        });
        app.post('/held', { schema: { body: Type.Object({ name: Type.String() }) } }, async ({ body }, reply) => {
          await hold(body.name);
          return reply.code(204).send();
        });
        app.get('/priority', async () => ({ priority: currentPriority() }));
        app.get('/important', { config: { priority: 0 } }, async () => ({ priority: currentPriority() }));
        app.get('/policy', async () => ownPolicy());
      },
    }),
    { env: { SHOP_POLICIES_FILE: file.file, ...env }, logger: false },
  );
  t.teardown(() => {
    for (const { release } of held) release();
    return service.close();
  });
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const metric = async (pattern: RegExp) => {
    for (;;) {
      const text = await (await fetch(`${url}/metrics`)).text();
      if (pattern.test(text)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    url,
    held,
    set,
    metric,
    service,
    arrived: async (count: number) => {
      while (held.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    json: async (path: string, headers: Record<string, string> = {}) => (await fetch(url + path, { headers })).json(),
  };
}

/** A request whose client can leave. */
function client(url: string, body?: object): { leave: () => void; call: ClientRequest } {
  const text = body && JSON.stringify(body);
  const call = request(url, {
    method: text ? 'POST' : 'GET',
    agent: false,
    headers: text ? { 'content-type': 'application/json', 'content-length': text.length } : {},
  });
  call.on('error', () => {}).end(text);
  return { call, leave: () => call.destroy() };
}

t.setTimeout(60_000);

for (const dropAbandoned of [false, true]) {
  t.test(
    `a request that is seen only after its client has left keeps no slot (dropAbandoned: ${dropAbandoned})`,
    async (t) => {
      const { url, held, metric, service, arrived } = await start(t, {
        env: { SHOP_SLOTS: '1' },
        policy: { dropAbandoned },
      });
      const { server } = service.app;
      const emit = server.emit.bind(server) as (...event: unknown[]) => boolean;
      // A stall between the socket and the server: the request is there when its client is gone.
      server.emit = (name: string, ...rest: unknown[]) => {
        if (name !== 'request' || (rest[0] as { url: string }).url !== '/held/late') return emit(name, ...rest);
        (rest[1] as NodeJS.EventEmitter).once('close', () => setImmediate(() => emit(name, ...rest)));
        late.leave();
        return true;
      };
      const late = client(`${url}/held/late`);
      await arrived(1);
      if (!dropAbandoned) {
        held[0]!.release();
        await metric(/http_server_wasted_total\{service="leaf"\} 1/);
      } else {
        await metric(/http_server_abandoned_total\{stage="\w+",service="leaf"\} 1/);
        held[0]!.release();
      }
      await metric(/http_server_in_flight\{service="leaf"\} 0/);
      client(`${url}/held/next`);
      await arrived(2);
      t.equal(held.at(-1)?.name, 'next', 'the slot is free for the next one');
    },
  );
}

t.test('naive: handlers run for clients that left in the queue, GET and POST, and count as wasted', async (t) => {
  const { url, held, arrived, metric } = await start(t, { env: { SHOP_SLOTS: '1' } });
  await metric(/http_server_slots\{service="leaf"\} 1/);
  client(`${url}/held/first`);
  await arrived(1);
  const get = client(`${url}/held/get`);
  await metric(/http_server_queued\{service="leaf"\} 1/);
  const post = client(`${url}/held`, { name: 'post' });
  await metric(/http_server_queued\{service="leaf"\} 2/);
  get.leave();
  post.leave();
  await metric(
    /http_server_request_duration_seconds_count\{[^}]*status="499"[^}]*\} 1\n(.*\n)*.*count\{[^}]*status="499"[^}]*\} 1/,
  );
  held[0]!.release();
  await arrived(2);
  t.equal(held[1]!.name, 'get');
  t.equal(held[1]!.gone?.aborted, false);
  held[1]!.release();
  await arrived(3);
  t.equal(held[2]!.name, 'post');
  held[2]!.release();
  await metric(/http_server_wasted_total\{service="leaf"\} 2/);
  await metric(/http_server_in_flight\{service="leaf"\} 0/);
});

t.test('a client that leaves in the middle of its body takes no slot', async (t) => {
  const { url, held, arrived, metric } = await start(t, { env: { SHOP_SLOTS: '1' } });
  const half = request(`${url}/held`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': 100 },
  });
  half.on('error', () => {}).write('{"name":');
  await once(half, 'socket');
  await new Promise((resolve) => setTimeout(resolve, 50));
  half.destroy();
  await metric(/status="499"/);
  client(`${url}/held/next`);
  await arrived(1);
  t.equal(held[0]!.name, 'next');
});

t.test('dropAbandoned: the context of abandoned work aborts, and its slot is free when it has ended', async (t) => {
  const { url, held, arrived, metric } = await start(t, {
    env: { SHOP_SLOTS: '1', SHOP_SERVICE_TIME_MS: '60000' },
    policy: { dropAbandoned: true },
  });
  const first = client(`${url}/held/first`);
  await arrived(1);
  client(`${url}/held/second`);
  await metric(/http_server_queued\{service="leaf"\} 1/);
  first.leave();
  await metric(/http_server_abandoned_total\{stage="working",service="leaf"\} 1/);
  t.equal(held.length, 1, 'two would be more than the slots');
  held[0]!.release();
  await arrived(2);
  t.match(held[0]!.gone, { aborted: true, reason: { code: 'client_closed_request' } });
  t.equal(held[1]!.gone?.aborted, false);
});

t.test('the priority comes from the header, else from the route; an edge believes its routes only', async (t) => {
  const leaf = await start(t);
  t.same(await leaf.json('/priority'), { priority: 5 });
  t.same(await leaf.json('/priority', { 'x-priority': '8' }), { priority: 8 });
  t.same(await leaf.json('/important'), { priority: 0 });
  t.same(await leaf.json('/important', { 'x-priority': '8' }), { priority: 8 });
  const edge = await start(t, { edge: true });
  t.same(await edge.json('/important', { 'x-priority': '8' }), { priority: 0 });
  t.same(await edge.json('/priority', { 'x-priority': '0' }), { priority: 5 });
  t.same(await edge.json('/priority', { 'x-deadline-ms': '0' }), { priority: 5 }, 'nor a deadline from outside');
  t.match(await leaf.json('/priority', { 'x-deadline-ms': '0' }), { code: 'deadline_exceeded' });
});

t.test('keepAliveMs changes with the policy, and the hint of Node.js is left out', async (t) => {
  const { url, service, set, metric } = await start(t);
  const hint = async () => {
    const call = request(`${url}/policy`, { headers: { connection: 'keep-alive' } }).end();
    const [answer] = await once(call, 'response');
    answer.resume();
    return answer.headers['keep-alive'];
  };
  t.equal(service.app.server.keepAliveTimeout, 75_000);
  t.equal(await hint(), 'timeout=75');
  await set('2', { keepAliveMs: 1_234 });
  await metric(/revision="2"/);
  t.equal(service.app.server.keepAliveTimeout, 1_234);
  t.equal(await hint(), undefined);
  await set('3', {});
  await metric(/revision="3"/);
  t.equal(service.app.server.keepAliveTimeout, 75_000);
});

t.test('SHOP_UNREADY_QUEUE_MS: not ready while a request has waited longer', async (t) => {
  const { url, held, arrived } = await start(t, { env: { SHOP_SLOTS: '1', SHOP_UNREADY_QUEUE_MS: '1' } });
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  client(`${url}/held/first`);
  await arrived(1);
  client(`${url}/held/second`);
  let answer: Response;
  do answer = await fetch(`${url}/readyz`);
  while (answer.status === 200);
  t.match(await answer.json(), { status: 503, code: 'queue_too_long' });
  held[0]!.release();
  await arrived(2);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
});

t.test('the policy of the service is what its code is given', async (t) => {
  const { json } = await start(t, { policy: { cache: { singleFlight: true } } });
  t.same(await json('/policy'), { cache: { singleFlight: true } });
});
