import t from 'tap';
import { AdaptiveLimit } from '../../../../services/kit/src/server/adaptive-limit.ts';

const policy = { initial: 20, min: 4, max: 200, smoothing: 0.2, tolerance: 1.5, longWindow: 600, queueSize: 4 };

/** Windows of 100 ms with twelve answers each. */
function pass(limit: AdaptiveLimit, windows: number, latencyMs: number, present?: number) {
  for (let window = 0; window < windows; window++) {
    const inFlight = present ?? limit.limit;
    for (let index = 0; index < 11; index++) limit.observe(latencyMs, inFlight, time);
    time += 100;
    limit.observe(latencyMs, inFlight, time);
  }
}
let time = 0;

t.test('grows while latency stays the same, up to the maximum', async (t) => {
  const limit = new AdaptiveLimit(policy);
  pass(limit, 1, 10);
  t.equal(limit.limit, 20, '20 + 0.2 × 4 = 20.8');
  pass(limit, 1, 10);
  t.equal(limit.limit, 21);
  pass(limit, 300, 10);
  t.equal(limit.limit, 200);
});

t.test('falls when latency rises above the tolerance, down to the minimum, and comes back', async (t) => {
  const limit = new AdaptiveLimit(policy);
  pass(limit, 100, 10, 20);
  const before = limit.limit;
  pass(limit, 5, 100);
  t.ok(limit.limit < 0.7 * before, `${before} → ${limit.limit}`);
  pass(limit, 10, 100);
  t.ok(limit.limit >= 4 && limit.limit < 20, String(limit.limit));
  pass(limit, 100, 10);
  t.ok(limit.limit > before, String(limit.limit));
});

t.test('does not grow when few requests are there: they say nothing about the limit', async (t) => {
  const limit = new AdaptiveLimit(policy);
  pass(limit, 100, 10, 9);
  t.equal(limit.limit, 20);
});

t.test('learns from windows of at least 100 ms and 10 answers', async (t) => {
  const limit = new AdaptiveLimit(policy);
  t.notOk(Array.from({ length: 50 }, () => limit.observe(10, 20, 0)).some(Boolean));
  t.ok(limit.observe(10, 20, 100));
  t.notOk(limit.observe(10, 20, 1_000));
  t.notOk(limit.observe(10, 20, 2_000));
});
