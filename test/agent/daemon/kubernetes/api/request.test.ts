import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { monotonicClock } from '../../../../../agent/daemon/src/clock.ts';
import { createKubeApi } from '../../../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { silentLog } from '../../../../../agent/daemon/src/log.ts';
import { apiServer, json, status } from './api-server.ts';

const failure = async (promise: Promise<unknown>): Promise<KubeError> => {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof KubeError)) throw new Error('it did not fail with a KubeError', { cause: error });
  return error;
};

t.test('sends a body with its type and the token, and gives back the answer', async (t) => {
  const { api, sockets } = await apiServer(
    t,
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { method, url, headers } = request;
      json(response, 201, { method, url, body, type: headers['content-type'], token: headers.authorization });
    },
    { token: () => 'secret' },
  );
  const answer = await api.request('PATCH', '/things/one', {
    body: { a: 'ü' },
    contentType: 'application/merge-patch+json',
    query: { labelSelector: 'a=b,c', limit: 5 },
  });
  t.same(answer, {
    method: 'PATCH',
    url: '/things/one?labelSelector=a%3Db%2Cc&limit=5',
    body: '{"a":"ü"}',
    type: 'application/merge-patch+json',
    token: 'Bearer secret',
  });
  for (let index = 0; index < 5; index++) await api.request('GET', '/things');
  t.equal(sockets.size, 1, 'the socket is kept');
});

t.test('an answer without a body is undefined', async (t) => {
  const { api } = await apiServer(t, (_, response) => response.writeHead(200).end());
  t.equal(await api.request('DELETE', '/things/one'), undefined);
});

t.test('a failure says what the server says', async (t) => {
  const { api } = await apiServer(t, (_, response) =>
    json(response, 409, status(409, 'AlreadyExists', 'things "one" already exists')),
  );
  const error = await failure(api.request('POST', '/things', { body: {} }));
  t.match(error, { status: 409, reason: 'AlreadyExists', message: 'POST /things: things "one" already exists' });
  t.equal(error.retryAfterMs, undefined);
});

t.test('a proxy in between fails in its own words', async (t) => {
  const { api } = await apiServer(t, (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
  t.match(await failure(api.request('GET', '/things')), {
    status: 502,
    reason: '',
    message: 'GET /things: <h1>Bad gateway</h1>',
  });
});

t.test('429 tells how long to wait', async (t) => {
  const { api } = await apiServer(t, (_, response) =>
    json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '2' }),
  );
  t.match(await failure(api.request('GET', '/things')), { status: 429, retryAfterMs: 2_000 });
});

t.test('no answer, or none that can be used, has the status 0', async (t) => {
  const answers: Record<string, (response: import('node:http').ServerResponse) => void> = {
    '/garbage': (response) => response.writeHead(200).end('{"items": ['),
    '/dropped': (response) => response.destroy(),
    '/half': (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":', () => response.destroy());
    },
    '/slow': (response) => response.writeHead(200).write('{'),
    '/silent': () => {},
    '/large': (response) => json(response, 200, 'x'.repeat(2_000)),
  };
  const { api, server } = await apiServer(t, ({ url }, response) => answers[url!]!(response));
  const get = (path: string, options = {}) => failure(api.request('GET', path, options));
  t.match(await get('/garbage'), { status: 0, reason: 'BadAnswer' });
  t.match(await get('/dropped'), { status: 0, reason: 'Unreachable' });
  t.match(await get('/half'), { status: 0, reason: 'Unreachable' });
  t.match(await get('/slow', { timeoutMs: 50 }), { status: 0, reason: 'Timeout' });
  t.match(await get('/silent', { timeoutMs: 50 }), { status: 0, reason: 'Timeout' });
  t.match(await get('/large', { maxBytes: 1_000 }), { status: 0, reason: 'TooLarge' });
  const abort = new AbortController();
  const aborted = get('/silent', { signal: abort.signal });
  abort.abort();
  t.match(await aborted, { status: 0, reason: 'Aborted' });
  t.match(await get('/silent', { signal: abort.signal }), { status: 0, reason: 'Aborted' }, 'before it began');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  t.match(await get('/dropped'), { status: 0, reason: 'Unreachable' }, 'nobody listens');
});

t.test('a refused token is asked for afresh, once', async (t) => {
  const asked: boolean[] = [];
  let code = 401;
  const { api } = await apiServer(t, (_, response) => json(response, code, status(code, 'Unauthorized', 'no')), {
    token: (isRefused = false) => {
      asked.push(isRefused);
      return 'token';
    },
  });
  t.match(await failure(api.request('GET', '/things')), { status: 401 });
  code = 200;
  await api.request('GET', '/things');
  await api.request('GET', '/things');
  t.same(asked, [false, true, false]);
});

t.test('verifies the server by the certificates that it is given', async (t) => {
  const file = (name: string) => readFile(new URL(`../../../../fixtures/tls/${name}.pem`, import.meta.url));
  const [cert, key] = await Promise.all([file('cert'), file('key')]);
  const server = createServer({ cert, key }, (_, response) => json(response, 200, { isSafe: true }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const options = {
    server: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    clock: monotonicClock,
    log: silentLog,
  };
  const trusting = createKubeApi({ ...options, ca: cert });
  t.teardown(trusting.close);
  t.same(await trusting.request('GET', '/'), { isSafe: true });
  const strange = createKubeApi(options);
  t.teardown(strange.close);
  t.match(await failure(strange.request('GET', '/')), { status: 0, reason: 'Unreachable', message: /certificate/ });
});
