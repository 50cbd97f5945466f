import { join } from 'node:path';
import t from 'tap';
import { k6Value, readSummary, summarise, thresholdsOf } from '../../../../runner/src/providers/k6/summary.ts';

const summary = {
  metrics: {
    http_reqs: { count: 2_526, rate: 60.1 },
    iterations: { count: 1_300, rate: 30 },
    dropped_iterations: { count: 21, rate: 0.5 },
    'shop_good{journey:browse}': { count: 680, rate: 16, thresholds: { 'count>0': false } },
    'shop_bad{journey:browse}': { count: 151, rate: 4 },
    'shop_degraded{journey:checkout}': { count: 3, rate: 1 },
    http_req_duration: { avg: 12.5, 'p(99)': 40 },
  },
};

t.same(summarise('load/shop.ts', summary, 105), {
  script: 'load/shop.ts',
  requests: 2_526,
  journeys: { browse: { good: 680, degraded: 0, bad: 151 }, checkout: { good: 0, degraded: 3, bad: 0 } },
  droppedIterations: 21,
  exitCode: 105,
});
t.same(summarise('a.ts', { metrics: {} }, 0), {
  script: 'a.ts',
  requests: 0,
  journeys: {},
  droppedIterations: 0,
  exitCode: 0,
});
t.equal(k6Value(summary, 'http_req_duration', 'p(99)'), 40);
t.equal(k6Value(summary, 'http_req_duration', 'count'), null, 'a statistic that the metric has not');
t.equal(k6Value(summary, 'nothing', 'count'), null, 'a metric that is not there');

t.test('a k6 that was killed leaves no summary', async (t) => {
  const directory = t.testdir({ 'half.json': '{"metrics": {' });
  for (const name of ['none.json', 'half.json']) {
    await t.rejects(readSummary(join(directory, name)), { code: 'ERR_PADO_K6', message: /left no summary/ });
  }
});

t.test('a summary of another shape is refused', async (t) => {
  const directory = t.testdir({ 'list.json': '[]', 'null.json': 'null', 'odd.json': '{"metrics": {"http_reqs": 5}}' });
  for (const name of ['list.json', 'null.json', 'odd.json']) {
    await t.rejects(readSummary(join(directory, name)), { code: 'ERR_PADO_K6', message: /is no summary/ });
  }
});

t.test('thresholds are read with what they look at; true in the summary means crossed', async (t) => {
  const metrics = {
    http_req_duration: { avg: 12.5, 'p(99)': 400, thresholds: { 'p(99)<300': true, 'avg<300': false } },
    checks: { rate: 1, thresholds: { 'rate > 0.9': false } },
    http_reqs: { count: 5 },
  };
  t.same(thresholdsOf({ metrics }), [
    { metric: 'http_req_duration', threshold: 'p(99)<300', met: false, value: 400 },
    { metric: 'http_req_duration', threshold: 'avg<300', met: true, value: 12.5 },
    { metric: 'checks', threshold: 'rate > 0.9', met: true, value: 1 },
  ]);
});
