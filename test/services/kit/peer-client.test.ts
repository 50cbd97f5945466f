import { once } from 'node:events';
import { PeerClient, runInContext } from '@pado/kit';
import type { PeerPolicy } from '@pado/kit/policy';
import t, { type Test } from 'tap';
import { createMetrics } from '../../../services/kit/src/metrics.ts';
import { idsOnlyTracer } from '../../../services/kit/src/trace.ts';
import { failure } from '../../helpers/failure.ts';
import { heldPeer, json, peer } from '../../helpers/peer.ts';

function client(t: Test, url: string | readonly string[], policy: PeerPolicy = {}) {
  const metrics = createMetrics('orders');
  const urls = typeof url === 'string' ? [url] : url;
  const made = new PeerClient({ peer: 'payments', urls, policy: () => policy, metrics, tracer: idsOnlyTracer });
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
const get = { method: 'GET', path: '/', route: '/' } as const;
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

/** Instances that are ready, each with the number of requests that it got. */
async function instances(t: Test, ...statuses: number[]) {
  const hits = statuses.map(() => 0);
  const urls = await Promise.all(
    statuses.map((_, index) =>
      peer(t, (request, response) => {
        if (request.url === '/readyz') return json(response, 200, {});
        hits[index] = (hits[index] ?? 0) + 1;
        json(response, statuses[index] ?? 200, { index });
      }),
    ),
  );
  return { hits, urls, statuses };
}

t.test('counts each call of the code once, however many attempts it takes', async (t) => {
  const { urls } = await instances(t, 503);
  const { made, count } = client(t, urls, { retry: { maxAttempts: 3 }, fallback: true });
  t.equal(await made.request<unknown>({ ...get, fallback: () => 'instead' }), 'instead');
  t.equal(await count('http_client_calls_total', { peer: 'payments' }), 1);
  t.equal(await count(attempts, { status: '503' }), 3);
});

t.test('an empty retry budget leaves one attempt a call; successes of every kind fill it', async (t) => {
  const { urls, hits, statuses } = await instances(t, 503);
  const policy = { retry: { maxAttempts: 3, budget: { perSuccess: 1, size: 2 } } };
  const { made, count } = client(t, urls, policy);
  for (let call = 0; call < 5; call++) await failure(made.request(get));
  t.same(hits, [5 + 2]);
  t.equal(await count('resilience_retry_refused_total', { reason: 'budget' }), 4);
  t.equal(await count('resilience_retry_budget_tokens'), 0);
  statuses[0] = 200;
  await made.request(charge);
  t.equal(await count('resilience_retry_budget_tokens'), 1);
});

t.test('an answer with the marker is not repeated where the policy heeds it', async (t) => {
  let calls = 0;
  const url = await peer(t, (_request, response) => {
    calls++;
    response.writeHead(503, { 'x-should-retry': 'false' }).end('{}');
  });
  const heeding = client(t, url, { retry: { maxAttempts: 3, heedMarker: true } });
  t.match(await failure(heeding.made.request(get)), { status: 503, final: true });
  t.equal(calls, 1);
  t.equal(await heeding.count('resilience_retry_refused_total', { reason: 'marker' }), 1);
  await failure(client(t, url, { retry: { maxAttempts: 3 } }).made.request(get));
  t.equal(calls, 4);
});

t.test('a retry goes to another instance', async (t) => {
  const { urls, hits } = await instances(t, 503, 200);
  const { made } = client(t, urls, { retry: { maxAttempts: 2 } });
  for (let call = 0; call < 4; call++) t.same(await made.request(get), { index: 1 });
  t.equal(hits[1], 4);
});

const breaker = { failurePercent: 50, windowMs: 10_000, minCalls: 4, openMs: 600_000, halfOpenCalls: 1 };

t.test('an open breaker of the peer refuses every instance, without sending, and is counted', async (t) => {
  const { urls, hits } = await instances(t, 500, 500);
  const { made, count } = client(t, urls, { breaker });
  for (let call = 0; call < 4; call++) await failure(made.request(get));
  t.match(await failure(made.request(get)), { reason: 'breaker', sent: false });
  t.same(hits, [2, 2]);
  t.equal(await count(attempts, { status: 'breaker' }), 1);
  t.equal(await count('resilience_breaker_open', { peer: 'payments', instance: '*' }), 1);
});

t.test('a breaker of one replica leaves the calls to the others', async (t) => {
  const { urls, hits } = await instances(t, 500, 200);
  const { made, count } = client(t, urls, { breaker: { ...breaker, scope: 'instance' } });
  for (let call = 0; call < 8; call++) await made.request(get).catch(() => {});
  t.same(hits, [4, 4]);
  for (let call = 0; call < 6; call++) t.same(await made.request(get), { index: 1 });
  t.same(hits, [4, 10]);
  t.equal(await count('resilience_breaker_open', { instance: '0' }), 1);
  t.equal(await count('resilience_breaker_open', { instance: '1' }), 0);
});

t.test('a breaker of one shard refuses the calls for it, and no other takes them', async (t) => {
  const { urls, hits } = await instances(t, 500, 200);
  const { made } = client(t, urls, { breaker: { ...breaker, scope: 'instance' } });
  for (let call = 0; call < 4; call++) await failure(made.request({ ...get, shardKey: 2 }));
  t.match(await failure(made.request({ ...get, shardKey: 0 })), { reason: 'breaker' });
  t.same(await made.request({ ...get, shardKey: 3 }), { index: 1 });
  t.same(hits, [4, 1]);
});

t.test('a breaker that the policy no longer has is closed and not shown', async (t) => {
  const { urls, statuses } = await instances(t, 500);
  const policy: PeerPolicy = { breaker };
  const { made, count } = client(t, urls, policy);
  for (let call = 0; call < 4; call++) await failure(made.request(get));
  t.equal(await count('resilience_breaker_open'), 1);
  statuses[0] = 200;
  delete policy.breaker;
  t.same(await made.request(get), { index: 0 });
  t.equal(await count('resilience_breaker_open'), 0);
  policy.breaker = breaker;
  t.same(await made.request(get), { index: 0 });
});

t.test('the throttle refuses in the measure in which the peer does, and is counted', async (t) => {
  const { urls, hits } = await instances(t, 503);
  const metrics = createMetrics('orders');
  const policy = { throttle: { k: 2, windowMs: 60_000 } };
  const made = new PeerClient({
    peer: 'payments',
    urls,
    policy: () => policy,
    metrics,
    tracer: idsOnlyTracer,
    random: () => 0.5,
  });
  t.teardown(() => made.close());
  for (let call = 0; call < 10; call++) t.match(await failure(made.request(get)), { status: 503 });
  t.match(await failure(made.request(get)), { reason: 'throttle' });
  t.same(hits, [10]);
  t.equal((await metrics.throttled.get()).values[0]?.value, 1);
});

t.test('a late answer is asked for at another instance, and the loser is cancelled', async (t) => {
  let late = 0;
  const slow = await peer(t, (request, response) => {
    if (request.url === '/readyz') json(response, 200, {});
    else late++;
  });
  const { urls, hits } = await instances(t, 200);
  const { made, count } = client(t, [slow, ...urls], {
    hedge: { delayMs: 20 },
    breaker: { ...breaker, minCalls: 1, scope: 'instance' },
  });
  const answers = [await made.request(get), await made.request(get)];
  t.same(answers, [{ index: 0 }, { index: 0 }]);
  t.ok(late >= 1);
  t.equal(await count('resilience_hedge_total'), late);
  t.equal(await count(attempts, { status: 'cancelled' }), late);
  t.equal(await count('resilience_breaker_open'), 0, 'a loser is no failure');
  t.same(hits, [2]);
});

t.test('a POST without a key is never hedged', async (t) => {
  const slow = await heldPeer(t);
  const { made, count } = client(t, slow.url, { hedge: { delayMs: 1 }, timeoutMs: 60 });
  t.match(await failure(made.request(charge)), { reason: 'timeout' });
  t.equal(slow.held.length, 1);
  t.equal(await count('resilience_hedge_total'), 0);
});

t.test('an attempt that half of the answers would outlast is not sent', async (t) => {
  let calls = 0;
  const url = await peer(t, (_request, response) => {
    calls++;
    setTimeout(() => json(response, 200, {}), 30);
  });
  const policy: PeerPolicy = {};
  const { made, count } = client(t, url, policy);
  await Promise.all(Array.from({ length: 20 }, () => made.request(get)));
  policy.deadlineMs = 15;
  t.match(await failure(made.request(get)), { reason: 'deadline', sent: false });
  t.equal(calls, 20);
  t.equal(await count(attempts, { status: 'skipped' }), 1);
});

const context = { span: idsOnlyTracer.start('x', 'server', undefined), baggage: undefined, deadlineAt: undefined };

t.test('a call for a caller that has left is cancelled, and no call is begun for it', async (t) => {
  const slow = await heldPeer(t);
  const { made, count } = client(t, slow.url, { retry: { maxAttempts: 3 } });
  const gone = new AbortController();
  const inside = <T>(work: () => T) => runInContext({ ...context, gone: gone.signal }, work);
  const call = inside(() => made.request(get));
  await slow.arrived(1);
  const closed = once(slow.held[0]!.response, 'close');
  gone.abort(new Error('left'));
  t.match(await failure(call), { reason: 'cancelled', cause: { message: 'left' } });
  await closed;
  t.equal(await count(attempts, { status: 'cancelled' }), 1);
  t.match(await failure(inside(() => made.request(get))), { reason: 'cancelled', sent: false });
  t.equal(slow.held.length, 1);
});

t.test('passes on the priority that the request has, and none otherwise', async (t) => {
  const seen: unknown[] = [];
  const url = await peer(t, (request, response) => {
    seen.push(request.headers['x-priority']);
    json(response, 200, {});
  });
  const { made } = client(t, url);
  await runInContext({ ...context, priority: 0 }, () => made.request(get));
  await runInContext(context, () => made.request(get));
  await made.request(get);
  t.same(seen, ['0', undefined, undefined]);
});
