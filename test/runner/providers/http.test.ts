import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { HttpProvider } from '../../../runner/src/experiment/schema.ts';
import { askHttp } from '../../../runner/src/providers/http.ts';
import { failure } from '../../helpers/failure.ts';

async function listen<S extends Server | ReturnType<typeof createTcpServer>>(t: Test, server: S, scheme = 'http') {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (t: Test, listener: RequestListener) => listen(t, createServer(listener));

/** Answers with what it was asked. */
const echo: RequestListener = async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
};

const secrets = { door: { token: 'open sesame' } };
const ask = (provider: Omit<HttpProvider, 'type'>, signal = new AbortController().signal) =>
  askHttp({ type: 'http', ...provider }, { signal, configuration: {}, secrets, cwd: '.' });
interface Output {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: never;
}
const output = async (provider: Omit<HttpProvider, 'type'>): Promise<Output> => (await ask(provider)).output as Output;

t.test('requests', async (t) => {
  const url = await serve(t, echo);
  const args = { q: [1, 2], yes: true, none: null, text: 'a b&c' };
  const get = await output({ url: `${url}/search?x=1`, arguments: args });
  t.match(get.body, { method: 'GET', url: '/search?x=1&q=1&q=2&yes=True&text=a+b%26c', body: '' }, 'a query');
  t.match((await output({ url, arguments: 'a=1' })).body, { url: '/?a=1' });
  const form = await output({ url, method: 'post', arguments: { a: 1, b: 'x y' } });
  t.match(form.body, {
    method: 'POST',
    body: 'a=1&b=x+y',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const json = { 'content-type': 'application/json' };
  t.match((await output({ url, method: 'PUT', headers: json, arguments: args })).body, { body: JSON.stringify(args) });
  const text = await output({ url, method: 'POST', arguments: 'as it is' });
  t.match(text.body, { body: 'as it is', headers: { 'content-type': undefined } });
  t.match((await output({ url, method: 'DELETE' })).body, { method: 'DELETE', body: '' });
  t.match((await output({ url, headers: { 'X-Number': 1 } })).body, { headers: { 'x-number': '1' } });
  const user = Buffer.from('user:pass').toString('base64');
  t.match((await output({ url: url.replace('//', '//user:pass@') })).body, {
    headers: { authorization: `Basic ${user}` },
  });
  t.match(await failure(ask({ url, method: 'POST', arguments: [1, 2] })), { code: 'ERR_PADO_INVALID' });
  t.match(await failure(ask({ url, headers: { bad: 'a\nb' } })), { code: 'ERR_PADO_INVALID', message: /header/ });
});

t.test('answers', async (t) => {
  const bodies: Record<string, readonly [number, Record<string, string | string[]>, string | Buffer]> = {
    '/json': [200, { 'Content-Type': 'application/json' }, '{"a": [1]}'],
    '/charset': [200, { 'Content-Type': 'application/json; charset=utf-8' }, '{"a": 1}'],
    '/broken': [200, { 'Content-Type': 'application/json' }, '{"a": '],
    '/latin': [200, { 'Content-Type': 'text/plain; charset=latin1' }, Buffer.from([0xe9])],
    '/bytes': [200, {}, Buffer.from([0xff, 0x41])],
    '/down': [503, { 'Retry-After': '2', 'X-Two': ['a', 'b'] }, 'busy'],
    '/long': [200, {}, Buffer.alloc(5 * 1_024 * 1_024)],
  };
  const url = await serve(t, ({ url = '' }, response) => {
    const [status, headers, body] = bodies[url] ?? [404, {}, ''];
    response.writeHead(status, headers).end(body);
  });
  t.same((await output({ url: `${url}/json` })).body, { a: [1] });
  t.equal((await output({ url: `${url}/json`, read: 'text' })).body, '{"a": [1]}');
  t.equal((await output({ url: `${url}/charset` })).body, '{"a": 1}', 'as in Chaos Toolkit');
  t.equal((await output({ url: `${url}/broken` })).body, '{"a": ');
  t.equal((await output({ url: `${url}/latin` })).body, 'é');
  t.equal((await output({ url: `${url}/bytes` })).body, 'ÿA');
  t.match(
    await output({ url: `${url}/down` }),
    { status: 503, headers: { 'Retry-After': '2', 'X-Two': 'a, b' }, body: 'busy' },
    'an error is an answer',
  );
  t.ok((await ask({ url: `${url}/json` })).durationMs > 0);
  t.match(await failure(ask({ url: `${url}/long` })), { code: 'ERR_PADO_PROVIDER', message: /longer than 4 MiB/ });
});

t.test('redirects', async (t) => {
  const other = (await serve(t, echo)).replace('127.0.0.1', 'localhost');
  const url = await serve(t, (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const [, status, to = ''] = /^\/(\d+)\/(.*)$/.exec(pathname) ?? [];
    if (status === undefined) return echo(request, response);
    const location = { away: `${other}/there`, loop: request.url ?? '', here: '/here', ftp: 'ftp://x/' }[to] ?? to;
    response.writeHead(Number(status), { location, 'Set-Cookie': ['a=1; Path=/', 'b=2'] }).end();
  });
  const post = (path: string) =>
    output({ url: `${url}${path}`, method: 'POST', arguments: { a: 1 }, headers: { authorization: 'x' } });
  for (const status of [301, 302, 303]) {
    const { body } = await post(`/${status}/here`);
    t.match(body, { method: 'GET', url: '/here', body: '', headers: { authorization: 'x', cookie: 'a=1; b=2' } });
    t.notMatch(body, { headers: { 'content-type': String } });
  }
  for (const status of [307, 308]) t.match((await post(`/${status}/here`)).body, { method: 'POST', body: 'a=1' });
  const { body } = await post('/302/away');
  t.match(
    body,
    { url: '/there', headers: { authorization: undefined, cookie: undefined } },
    'nothing secret goes elsewhere',
  );
  t.match(await failure(post('/302/loop')), { code: 'ERR_PADO_PROVIDER', message: /redirects more than 30 times/ });
  t.match(await failure(post('/302/ftp')), { message: /redirects to ftp:.*not HTTP/ });
});

t.test('no answer, and why', async (t) => {
  const fails = async (provider: Omit<HttpProvider, 'type'>, message: RegExp) =>
    t.match(await failure(ask(provider)), { code: 'ERR_PADO_PROVIDER', message });
  await fails({ url: 'http://127.0.0.1:1/x' }, /^GET http:\/\/127\.0\.0\.1:1\/x: the connection was refused$/);
  await fails({ url: 'http://pado.invalid/' }, /the host's name is not known/);
  const silent = await serve(t, () => {});
  await fails({ url: silent, timeout: 0.1 }, /timed out: no answer within 0\.1 s/);
  await fails({ url: silent, timeout: [5, 0.1] }, /timed out: no answer within 0\.1 s/);
  const half = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => response.destroy());
  });
  await fails({ url: half }, /closed before the answer was complete/);
  const deaf = await listen(
    t,
    createTcpServer((socket) => socket.destroy()),
  );
  await fails({ url: deaf }, /closed before the answer was complete/);
  await fails({ url: `${deaf}/?t=open%20sesame&u=1`, method: 'HEAD' }, /HEAD .*\?t=\*\*\*&u=1: /);
  await fails({ url: silent.replace('http:', 'https:') }, /TLS: the server does not speak it/);
  const reason = new Error('stopped');
  t.equal(await failure(ask({ url: silent }, AbortSignal.abort(reason))), reason, 'an abort is the abort');
  const stopping = new AbortController();
  const waiting = failure(ask({ url: await serve(t, () => stopping.abort(reason)) }, stopping.signal));
  t.equal(await waiting, reason);
});

t.test('a request that could not be sent is sent again; one that was not answered is not', async (t) => {
  let asked = 0;
  const url = await serve(t, (request) => {
    asked++;
    request.socket.destroy();
  });
  await failure(ask({ url, max_retries: 3 }));
  t.equal(asked, 1);
  t.match(await failure(ask({ url: 'http://127.0.0.1:1', max_retries: 3 })), { message: /refused/ });
});

t.test('certificates are verified', async (t) => {
  const folder = t.testdir();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert, '-subj', '/CN=pado'], { stdio: 'pipe' });
  } catch (error) {
    if (process.env.CI) throw error;
    return t.pass('there is no openssl', { skip: true });
  }
  const options = { key: await readFile(key), cert: await readFile(cert) };
  const url = await listen(t, createTlsServer(options, echo), 'https');
  t.match(await failure(ask({ url })), {
    code: 'ERR_PADO_PROVIDER',
    message: /TLS: self-signed certificate .*verify_tls: false/,
  });
  t.match(await output({ url, verify_tls: false }), { status: 200 });
});
