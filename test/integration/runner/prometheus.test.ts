import t from 'tap';
import { readCharts } from '../../../runner/src/observe/charts.ts';
import { graphSnapshot } from '../../../runner/src/observe/graph.ts';
import { probeCharts } from '../../../runner/src/observe/probe-charts.ts';
import { prometheus } from '../../../runner/src/providers/prometheus.ts';
import { startPrometheus } from './stand.ts';

t.setTimeout(60_000);

t.test('the real Prometheus answers as the provider reads it', async (t) => {
  const { url } = await startPrometheus(t, t.testdir());
  const { number, samples, series } = prometheus(url);
  t.equal(await number('vector(2)'), 2);
  t.equal(await number('2 + 3'), 5, 'a scalar');
  t.equal(await number('nothing_here'), null);
  t.equal(await number('vector(0) / vector(0)'), null, 'NaN');
  t.same(await samples('label_replace(vector(1), "a", "b", "", "")'), [{ labels: { a: 'b' }, value: 1 }]);
  await t.rejects(number('sum('), { code: 'ERR_PADO_PROMETHEUS', message: /400: .*parse error.*sum\(/ });
  await t.rejects(number('vector(1) or label_replace(vector(1), "a", "b", "", "")'), { message: /2 series/ });
  const [line] = await series('vector(7)', { startMs: 1_000_000, endMs: 1_003_000 }, 1_000);
  t.same(line?.points, [
    [1_000, 7],
    [1_001, 7],
    [1_002, 7],
    [1_003, 7],
  ]);
});

t.test('it accepts every query of the graph and of the charts, without data', async (t) => {
  const store = prometheus((await startPrometheus(t, t.testdir())).url);
  const atMs = Date.now();
  t.same(await graphSnapshot(store, { rangeMs: 5_000, atMs }), { atMs, edges: [], inFlight: {}, queued: 0 });
  const slo = {
    type: 'slo',
    objective: 99.9,
    good: 'sum(increase(good[$__range]))',
    total: 'sum(increase(all[$__range]))',
  };
  const more = probeCharts([{ name: 'slo', provider: slo }]);
  const window = { startMs: atMs - 5_000, endMs: atMs };
  t.same(await readCharts(store, window, more), { series: [], failed: [] });
  const { failed } = await readCharts(store, window, [{ name: 'wrong', unit: 's', query: 'sum(' }]);
  t.same(
    failed.map(([name]) => name),
    ['wrong'],
    'one that cannot be asked is named and costs the others nothing',
  );
});
