import t from 'tap';
import { increaseOf, serverCounts } from '../../../runner/src/bench/counts.ts';
import type { Prometheus, SampleSeries } from '../../../runner/src/providers/prometheus.ts';

const window = { startMs: 100_000, endMs: 110_000 };
/** One value a second, from 95 s on. */
const series = (labels: Record<string, string>, ...values: (number | null)[]): SampleSeries => ({
  labels,
  points: values.map((value, index) => [95 + index, value]),
});
const rise = (...values: (number | null)[]) => increaseOf(series({}, ...values), window.startMs);

t.test('a counter rose by the difference of its ends', async (t) => {
  t.equal(rise(0, 10, 20, 30, 40, 50, 51, 58), 8, 'from the value at the start');
  t.equal(rise(5, 5, 5, 5, 5, 5, 5), 0);
});

t.test('a process that began anew counts from zero', async (t) => {
  t.equal(rise(90, 90, 90, 90, 90, 90, 100, null, null, 3, 7), 17);
});

t.test('a counter that appears within the window began at zero', async (t) => {
  t.equal(rise(null, null, null, null, null, null, null, 4, 6), 6);
});

t.test('a gap hides nothing', async (t) => {
  t.equal(rise(20, 20, null, null, null, null, null, null, 26), 6);
});

t.test('counts edges, work and refusals of a window', async (t) => {
  const flat = (labels: Record<string, string>, to: number) => series(labels, 0, 0, 0, 0, 0, 0, to);
  const catalog = { service: 'gateway', peer: 'catalog' };
  const answers: Record<string, SampleSeries[]> = {
    http_client_calls_total: [flat(catalog, 100)],
    http_client_request_duration_seconds_count: [
      flat({ ...catalog, status: '200' }, 90),
      flat({ ...catalog, status: 'timeout' }, 210),
      flat({ ...catalog, status: 'bulkhead' }, 5),
      flat({ ...catalog, status: 'breaker' }, 4),
      flat({ ...catalog, status: 'throttle' }, 1),
    ],
    http_server_request_duration_seconds_count: [
      flat({ service: 'catalog', instance: 'catalog' }, 200),
      flat({ service: 'catalog', instance: 'catalog-2' }, 100),
    ],
    http_server_shed_total: [flat({ service: 'catalog' }, 20)],
    http_server_abandoned_total: [flat({ service: 'catalog' }, 30)],
    http_server_wasted_total: [flat({ service: 'catalog' }, 150)],
    process_cpu_seconds_total: [flat({ service: 'catalog' }, 1.5), flat({ service: 'gateway' }, 0.5)],
    k6_http_reqs_total: [flat({ status: '200' }, 80), flat({ status: '503' }, 20)],
  };
  const asked: string[] = [];
  const store = {
    series: async (query: string) => {
      asked.push(query);
      return answers[/^\w+/.exec(query)![0]] ?? [];
    },
  } as unknown as Prometheus;
  t.strictSame(await serverCounts(store, window, { testId: 'run-1', services: ['gateway', 'catalog'] }), {
    edges: [
      { from: 'load', to: 'gateway', originals: 100, attempts: 100 },
      { from: 'gateway', to: 'catalog', originals: 100, attempts: 300 },
    ],
    wasted: 150,
    served: 250,
    refused: 30,
    cpuSeconds: 2,
  });
  t.ok(asked.includes('k6_http_reqs_total{testid="run-1"}'));
  t.ok(asked.includes('process_cpu_seconds_total{service=~"gateway|catalog"}'));
});

t.test('without any series nothing was counted', async (t) => {
  const store = { series: async () => [] } as unknown as Prometheus;
  t.strictSame(await serverCounts(store, window), { edges: [], wasted: 0, served: 0, refused: 0, cpuSeconds: 0 });
});
