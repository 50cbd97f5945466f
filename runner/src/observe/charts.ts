import { isPadoError } from '@pado/fault';
import type { Series, TimeWindow } from '../contracts.ts';
import type { AppliedSample } from '../providers/fault/running-fault.ts';
import type { Prometheus } from '../providers/prometheus.ts';

const stepMs = 1_000;
const range = '5s';
/** What tells the order of arrival must be shorter, yet hold two scrapes though one is late. */
const shortRange = '3s';

export interface Chart {
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

const calls = 'http_client_request_duration_seconds';
/** The users' own edge, as the load measures it, beside those that services measure. */
const fromLoad = (query: string) =>
  `label_replace(label_replace(${query}, "service", "load", "", ""), "peer", "gateway", "", "")`;
/** A share of failures; an edge without any has 0, one without requests has none. */
const shareOf = (bad: string, all: string) => `(${bad} or 0 * ${all}) / (${all} > 0)`;
const callRate = (status = '') => `sum by (service, peer) (rate(${calls}_count${status}[${shortRange}]))`;
const loadRate = (labels = '') => `sum(rate(k6_http_reqs_total${labels}[${shortRange}]))`;

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
    query: `${p99(`sum by (service, peer, le) (rate(${calls}_bucket[${shortRange}]))`)} or ${fromLoad(p99(`sum(rate(k6_http_req_duration_seconds[${shortRange}]))`))}`,
  },
  {
    name: 'edge errors',
    unit: 'ratio',
    query: `${shareOf(callRate('{status!~"[1-4].."}'), callRate())} or ${fromLoad(shareOf(loadRate('{expected_response="false"}'), loadRate()))}`,
  },
  { name: 'in flight', unit: 'count', query: 'sum by (service) (http_server_in_flight)' },
  { name: 'queued', unit: 'count', query: 'sum by (service) (http_server_queued{service="gateway"})' },
  { name: 'cap', unit: 'count', query: 'sum by (service) (http_server_slots{service="gateway"}) > 0' },
  { name: 'pending orders', unit: 'count', query: 'sum(shop_orders_pending_payment)' },
];

interface Read {
  readonly series: readonly Series[];
  /** Charts that could not be asked, by name, with the reason. */
  readonly failed: readonly (readonly [name: string, reason: string])[];
}

/** A store that took so long to fail will not answer the next question either. */
const patienceMs = 4_000;

/**
 * Asks for every chart, and for `more` of them, one after the other: Prometheus shares its cores with the load. A chart
 * that cannot be asked does not cost the others.
 */
export async function readCharts(
  prometheus: Prometheus,
  window: TimeWindow,
  more: readonly Chart[] = [],
): Promise<Read> {
  const series: Series[] = [];
  const failed: (readonly [string, string])[] = [];
  for (const { name, unit, query } of [...charts, ...more]) {
    const askedAt = performance.now();
    try {
      for (const { labels, points } of await prometheus.series(query, window, stepMs))
        series.push({ name, unit, labels: kept(labels), points });
    } catch (error) {
      if (!isPadoError(error)) throw error;
      failed.push([name, error.message]);
      if (performance.now() - askedAt >= patienceMs) break;
    }
  }
  return { series, failed };
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
