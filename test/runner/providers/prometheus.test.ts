import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { prometheus, withRange } from '../../../runner/src/providers/prometheus.ts';

async function store(
  t: Test,
  listener: RequestListener,
  timeoutMs = 5_000,
  more: Parameters<typeof prometheus>[1] = {},
) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return prometheus(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { timeoutMs, ...more });
}
const vector = (...values: string[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value, i) => ({ metric: { i: String(i) }, value: [1, value] })) },
  });
const answer =
  (body: string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status).end(body);
  };
const error = (message: RegExp) => ({ code: 'ERR_PADO_PROMETHEUS', message, details: { query: 'up' } });

t.test('the one number of a query', async (t) =>
  t.equal(await (await store(t, answer(vector('1.5')))).number('up'), 1.5),
);
t.test('nothing is no data', async (t) => t.equal(await (await store(t, answer(vector()))).number('up'), null));
t.test('NaN and infinities are no data', async (t) => {
  for (const value of ['NaN', '+Inf', '-Inf'])
    t.equal(await (await store(t, answer(vector(value)))).number('up'), null);
});
t.test('a scalar is a number', async (t) => {
  const body = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [1, '7'] } });
  t.equal(await (await store(t, answer(body))).number('7'), 7);
});
t.test('several series are refused, with the remedy', async (t) =>
  t.rejects((await store(t, answer(vector('1', '2')))).number('up'), error(/2 series .* sum\(\).*up/)),
);
t.test('a matrix is not a number', async (t) => {
  const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } });
  await t.rejects((await store(t, answer(body))).number('up'), error(/a matrix is not a number/));
});
t.test('an error of the query is told', async (t) => {
  const body = JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' });
  await t.rejects((await store(t, answer(body, 400))).number('up'), error(/400: parse error.*up/));
});
t.test('a server error', async (t) =>
  t.rejects((await store(t, answer('internal error', 500))).number('up'), error(/answered 500 without JSON/)),
);
t.test('a page in place of an answer', async (t) =>
  t.rejects((await store(t, answer('<html>login</html>'))).number('up'), error(/answered 200 without JSON/)),
);
t.test('JSON that is no answer', async (t) =>
  t.rejects((await store(t, answer('null'))).number('up'), error(/answered 200 without JSON/)),
);
t.test('an answer that comes late', async (t) =>
  t.rejects((await store(t, () => {}, 50)).number('up'), error(/did not answer within 50 ms/)),
);
t.test('a connection that breaks', async (t) =>
  t.rejects(
    (await store(t, (request) => request.socket.destroy())).number('up'),
    error(/closed the connection before/),
  ),
);
t.test('a connection that breaks within the answer', async (t) => {
  const half: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"status":', () => response.destroy());
  };
  await t.rejects((await store(t, half)).number('up'), error(/closed the connection before its answer was complete/));
});
t.test('an answer that begins and does not end', async (t) => {
  const endless: RequestListener = (_, response) => {
    response.write('{"status":');
  };
  await t.rejects((await store(t, endless, 200)).number('up'), error(/did not answer within 200 ms/));
});
t.test('an answer that is too long', async (t) => {
  const { number } = await store(t, answer(vector('1'.repeat(2_000))), 5_000, { maxBytes: 1_000 });
  await t.rejects(number('up'), error(/answered with more than 1000 bytes/));
});
t.test('JSON of another shape', async (t) => {
  const data: readonly unknown[] = [
    undefined,
    null,
    {},
    { resultType: 'vector' },
    { resultType: 'vector', result: null },
    { resultType: 'vector', result: [null] },
    { resultType: 'vector', result: [{ metric: {}, value: 1 }] },
    { resultType: 'scalar', result: [1] },
    { resultType: 'matrix', result: [{ metric: {}, values: [[1, 2]] }] },
    { resultType: 'unknown', result: [] },
  ];
  for (const one of data)
    await t.rejects(
      (await store(t, answer(JSON.stringify({ status: 'success', data: one })))).number('up'),
      error(/answered 200 without JSON of Prometheus/),
      JSON.stringify(one),
    );
});
t.test('a native histogram is no number', async (t) => {
  const data = { resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] };
  t.equal(await (await store(t, answer(JSON.stringify({ status: 'success', data })))).number('up'), null);
});
t.test('warnings are told once each, and the value stands', async (t) => {
  const body = { ...JSON.parse(vector('1')), warnings: ['a part is missing'], infos: ['not a counter'] };
  const told: string[] = [];
  const onWarning = (...words: string[]) => told.push(words.join(' of '));
  const { number } = await store(t, answer(JSON.stringify(body)), 5_000, { onWarning });
  t.equal(await number('up'), 1);
  t.equal(await number('up'), 1);
  t.same(told, ['a part is missing of up']);
});
t.test('nobody listens', async (t) =>
  t.rejects(prometheus('http://127.0.0.1:1').number('up'), error(/could not be reached \(.*ECONNREFUSED/)),
);
t.test('an abort is the abort, not an error of Prometheus', async (t) => {
  const reason = new Error('stopped');
  await t.rejects((await store(t, () => {})).number('up', 0, AbortSignal.abort(reason)), reason);
});
t.test('the time of the evaluation is sent in seconds', async (t) => {
  const bodies: string[] = [];
  const { number } = await store(t, async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    response.end(vector('1'));
  });
  await number('up', 1_234_567);
  t.same(bodies, ['query=up&time=1234.567']);
});
t.test('$__range in all its forms', async (t) => {
  t.equal(withRange('rate(x[$__range])', 22_304.4), 'rate(x[22304ms])');
  t.equal(withRange('x / $__range_s + $__range_ms', 2_500), 'x / 2.5 + 2500');
  t.equal(withRange('x[$__range]', 0), 'x[1ms]', 'never empty');
  t.equal(withRange('$__ranges', 1_000), '$__ranges', 'whole words only');
});
