import type { Series, TimeWindow } from '../contracts.ts';
import type { AppliedSample } from '../providers/fault/running-fault.ts';
import type { Prometheus } from '../providers/prometheus.ts';

const stepMs = 1_000;
const range = '5s';

interface Chart {
  readonly name: string;
  readonly unit: Series['unit'];
  readonly query: string;
}

const p99 = (histogram: string) => `histogram_quantile(0.99, ${histogram})`;
const outcome = (name: string): Chart => ({
  name,
  unit: 'rps',
  query: `sum by (journey) (rate(k6_shop_${name}_total[${range}]))`,
});

/** What a report draws over time. A series for each set of labels that a query gives; without data there is none. */
const charts: readonly Chart[] = [
  { name: 'checkout p99', unit: 's', query: p99(`sum(rate(k6_shop_checkout_duration_seconds[${range}]))`) },
  { name: 'browse p99', unit: 's', query: p99(`sum(rate(k6_shop_browse_duration_seconds[${range}]))`) },
  outcome('good'),
  outcome('degraded'),
  outcome('bad'),
  {
    name: 'edge p99',
    unit: 's',
    query: p99(`sum by (service, peer, le) (rate(http_client_request_duration_seconds_bucket[${range}]))`),
  },
  { name: 'in flight', unit: 'count', query: 'http_server_in_flight' },
  { name: 'queued', unit: 'count', query: 'http_server_queued{service="gateway"}' },
  { name: 'cap', unit: 'count', query: 'http_server_max_in_flight{service="gateway"}' },
  { name: 'pending orders', unit: 'count', query: 'sum(shop_orders_pending_payment)' },
];

/** Asks for every chart, one after the other: Prometheus shares its cores with the load. */
export async function readCharts(
  prometheus: Prometheus,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<readonly Series[]> {
  const all: Series[] = [];
  for (const { name, unit, query } of charts) {
    for (const { labels, points } of await prometheus.series(query, window, stepMs, signal)) {
      all.push({ name, unit, labels: kept(labels), points });
    }
  }
  return all;
}

/** Applications a second of one fault, from what the agent counted. */
export function appliedChart(fault: string, samples: readonly AppliedSample[]): Series {
  // Evidence comes once a second: looking more often would draw a comb.
  const perSecond = samples.filter(
    ({ atMs }, index) => index === 0 || second(atMs) !== second(samples[index - 1]?.atMs ?? 0),
  );
  const points = perSecond.slice(1).map(({ atMs, applied }, index) => {
    const before = perSecond[index] ?? { atMs, applied };
    return [atMs / 1_000, Math.max(0, (applied - before.applied) / ((atMs - before.atMs) / 1_000))] as const;
  });
  return { name: 'applied', unit: 'rps', labels: { fault }, points };
}

const second = (ms: number): number => Math.floor(ms / 1_000);

const shown = ['journey', 'service', 'peer'];
const kept = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => shown.includes(key)));
