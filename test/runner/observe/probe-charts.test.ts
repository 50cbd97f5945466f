import t from 'tap';
import { probeCharts } from '../../../runner/src/observe/probe-charts.ts';

t.test('a probe that asks Prometheus is drawn by its own question over a short range', async (t) => {
  const [chart, ...others] = probeCharts([
    { name: 'browse p99', provider: { type: 'prometheus', query: 'max_over_time(x[$__range])', unit: 's' } },
    { name: 'status', provider: { type: 'http' } },
    { name: 'answers', provider: { type: 'python', query: { any: 'thing' } } },
  ]);
  t.same(chart, { name: 'probe: browse p99', unit: 's', query: 'max_over_time(x[5000ms])' });
  t.same(others, [], 'other providers have no series');
});

t.test('an objective is drawn as the pace at which its budget burns', async (t) => {
  const [chart] = probeCharts([
    {
      name: 'slo',
      provider: {
        type: 'slo',
        objective: 99,
        good: 'sum(increase(good[$__range]))',
        total: 'sum(increase(all[$__range]))',
        short: '10s',
      },
    },
  ]);
  t.match(
    chart?.query,
    /^\(1 - \(sum\(increase\(good\[10000ms\]\)\)\) \/ \(sum\(increase\(all\[10000ms\]\)\) > 0\)\) \/ 0\.01/,
  );
});
