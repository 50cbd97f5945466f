import { once } from 'node:events';
import { PeerClient, runInContext } from '@pado/kit';
import type { PeerPolicy } from '@pado/kit/policy';
import t, { type Test } from 'tap';
import { createMetrics } from '../../../services/kit/src/metrics.ts';
import { idsOnlyTracer } from '../../../services/kit/src/trace.ts';
import { failure } from '../../helpers/failure.ts';
import { heldPeer, json, peer } from '../../helpers/peer.ts';

function client(t: Test, url: string, policy: PeerPolicy = {}) {
  const metrics = createMetrics('orders');
  const made = new PeerClient({ peer: 'payments', url, policy: () => policy, metrics, tracer: idsOnlyTracer });
  t.teardown(() => made.close());
  const count = async (name: string, labels: Record<string, string> = {}) => {
    const metric = await metrics.registry.getSingleMetric(name)?.get();
    const fits = (value: { labels: object; metricName?: string }) =>
      (value.metricName ?? name).endsWith(name.includes('duration') ? '_count' : name) &&
      Object.entries(labels).every(
        ([key, wanted]) => String((value.labels as Record<string, unknown>)[key]) === wanted,
      );
    return (metric?.values ?? []).filter(fits).reduce((sum, { value }) => sum + value, 0);
  };
  return { made, count };
}

const charge = { method: 'POST', path: '/charges', route: '/charges', body: { amount: 1 } } as const;
const attempts = 'http_client_request_duration_seconds';

t.test('returns the answer and counts the attempt', async (t) => {
  const url = await peer(t, (_request, response) => json(response, 201, { chargeId: '7' }));
  const { made, count } = client(t, url);
  t.same(await made.request(charge), { chargeId: '7' });
  t.equal(await count(attempts, { peer: 'payments', route: '/charges', method: 'POST', status: '201' }), 1);
});

t.test('a refusal carries the status and the problem of the peer', async (t) => {
  const url = await peer(t, (_request, response) => json(response, 402, { code: 'payment_declined', detail: 'No.' }));
  const { made } = client(t, url, { fallback: true });
  const fallback = () => t.fail('a refusal is an answer: nothing to fall back from');
  t.match(await failure(made.request({ ...charge, fallback })), {
    reason: 'status',
    status: 402,
    problem: { code: 'payment_declined' },
  });
});

t.test('the deadline ends the call, cancels the attempt, and travels as a header', async (t) => {
  const slow = await heldPeer(t);
  const { made, count } = client(t, slow.url, { deadlineMs: 50 });
  const call = made.request(charge);
  await slow.arrived(1);
  const [only] = slow.held;
  const left = Number(only?.request.headers['x-deadline-ms']);
  t.ok(left > 0 && left <= 50, `the peer learns how long it has: ${left} ms`);
  const closed = once(only!.response, 'close');
  t.match(await failure(call), { reason: 'deadline' });
  await closed;
  t.pass('the peer saw the connection close');
  t.equal(await count(attempts, { status: 'deadline' }), 1);
});

t.test('never outlives the deadline of its own caller', async (t) => {
  const slow = await heldPeer(t);
  const { made } = client(t, slow.url, { deadlineMs: 60_000 });
  const context = {
    span: idsOnlyTracer.start('x', 'server', undefined),
    baggage: 'pado.cohort=canary',
    deadlineAt: performance.now() + 50,
  };
  const call = runInContext(context, () => made.request(charge));
  await slow.arrived(1);
  t.match(slow.held[0]?.request.headers, {
    baggage: 'pado.cohort=canary',
    traceparent: new RegExp(context.span.traceId),
  });
  t.match(await failure(call), { reason: 'deadline' });
});

t.test('retries what may be repeated, at once and as often as told', async (t) => {
  let calls = 0;
  const url = await peer(t, (_request, response) => {
    calls++;
    json(response, calls < 3 ? 503 : 200, { calls });
  });
  const { made, count } = client(t, url, { retry: { maxAttempts: 3 } });
  t.same(await made.request({ ...charge, idempotencyKey: 'k' }), { calls: 3 });
  t.equal(await count('resilience_retry_total'), 2);
  await made.request({ method: 'GET', path: '/', route: '/' });
  calls = 0;
  t.match(await failure(made.request(charge)), { status: 503 });
  t.equal(calls, 1, 'a POST without a key is never repeated');
});

t.test('retries no refusal, and gives up after the last attempt', async (t) => {
  let calls = 0;
  let status = 404;
  const url = await peer(t, (_request, response) => {
    calls++;
    json(response, status, {});
  });
  const { made } = client(t, url, { retry: { maxAttempts: 4 } });
  t.match(await failure(made.request({ method: 'GET', path: '/', route: '/' })), { status: 404 });
  t.equal(calls, 1);
  status = 500;
  t.match(await failure(made.request({ method: 'GET', path: '/', route: '/' })), { status: 500 });
  t.equal(calls, 5);
});

t.test('the attempt timeout is for each attempt', async (t) => {
  const slow = await heldPeer(t);
  const { made, count } = client(t, slow.url, { timeoutMs: 250, retry: { maxAttempts: 2 } });
  t.match(await failure(made.request({ method: 'GET', path: '/', route: '/' })), { reason: 'timeout' });
  t.equal(slow.held.length, 2);
  t.equal(await count(attempts, { status: 'timeout' }), 2);
});

t.test('the fallback answers for a failing peer only where the policy allows it', async (t) => {
  const url = await peer(t, (_request, response) => json(response, 500, {}));
  const fallback = () => 'pending';
  const allowed = client(t, url, { fallback: true });
  t.equal(await allowed.made.request<unknown>({ ...charge, fallback }), 'pending');
  t.equal(await allowed.count('resilience_fallback_total'), 1);
  t.match(await failure(client(t, url).made.request<unknown>({ ...charge, fallback })), { status: 500 });
});

t.test('the bulkhead refuses at the limit and is counted', async (t) => {
  const slow = await heldPeer(t);
  const { made, count } = client(t, slow.url, { bulkhead: { maxConcurrent: 2, maxQueued: 0 } });
  const running = [made.request(charge), made.request(charge)];
  await slow.arrived(2);
  t.match(await failure(made.request(charge)), { reason: 'bulkhead' });
  t.equal(await count(attempts, { status: 'bulkhead' }), 1);
  for (const { response } of slow.held) json(response, 200, {});
  await Promise.all(running);
  t.equal(await count('resilience_bulkhead_in_use'), 0);
});

t.test('a peer that is not there is a failed connection', async (t) => {
  const { made } = client(t, 'http://127.0.0.1:1');
  t.match(await failure(made.request(charge)), { reason: 'connection', cause: { code: 'ECONNREFUSED' } });
});
