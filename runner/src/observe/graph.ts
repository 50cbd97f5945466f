import type { EdgeStats, GraphSnapshot } from '../contracts.ts';
import type { Prometheus, Sample } from '../providers/prometheus.ts';

/** Long enough to bridge a missed scrape, short enough to follow a wave; for the live view. */
export const liveRangeMs = 5_000;

const calls = 'http_client_request_duration_seconds';
/** A gauge is averaged under its own name, which avg_over_time would drop. */
const gauge = (name: string, range: string) =>
  `label_replace(avg_over_time(${name}[${range}]), "gauge", "${name}", "", "")`;

/** Rate, errors and p99 of every edge over the range that ends at a time, and what piles up in the services. */
export async function graphSnapshot(
  prometheus: Prometheus,
  { rangeMs, atMs }: { readonly rangeMs: number; readonly atMs: number },
  signal?: AbortSignal,
): Promise<GraphSnapshot> {
  const range = `${Math.round(rangeMs)}ms`;
  const ask = (query: string) => prometheus.samples(query, atMs, signal);
  const [rates, p99s, loadRates, loadP99, gauges] = await Promise.all([
    ask(`sum by (service, peer, status) (rate(${calls}_count[${range}]))`),
    ask(`histogram_quantile(0.99, sum by (service, peer, le) (rate(${calls}_bucket[${range}])))`),
    ask(`sum by (expected_response) (rate(k6_http_reqs_total[${range}]))`),
    ask(`histogram_quantile(0.99, sum(rate(k6_http_req_duration_seconds[${range}])))`),
    ask(
      ['http_server_in_flight', 'http_server_queued', 'http_server_slots']
        .map((name) => gauge(name, range))
        .join(' or '),
    ),
  ]);
  const load = edge(
    'load',
    'gateway',
    loadRates,
    ({ expected_response }) => expected_response === 'false',
    loadP99[0]?.value ?? null,
  );
  const of = (name: string) => gauges.filter(({ labels }) => labels.gauge === name);
  // 0 is without limit.
  const cap = of('http_server_slots').find(({ labels }) => labels.service === 'gateway')?.value || undefined;
  return {
    atMs,
    edges: [...(load === undefined ? [] : [load]), ...callEdges(rates, p99s)],
    inFlight: Object.fromEntries(
      of('http_server_in_flight').map(({ labels, value }) => [labels.service ?? '', value ?? 0]),
    ),
    queued: of('http_server_queued').reduce((sum, { value }) => sum + (value ?? 0), 0),
    ...(cap === undefined ? {} : { cap }),
  };
}

function callEdges(rates: readonly Sample[], p99s: readonly Sample[]): readonly EdgeStats[] {
  const key = ({ service = '', peer = '' }: Sample['labels']) => `${service}\n${peer}`;
  const p99Of = new Map(p99s.map(({ labels, value }) => [key(labels), value]));
  return [...Map.groupBy(rates, ({ labels }) => key(labels))].flatMap(([name, samples]) => {
    const { service = '', peer = '' } = samples[0]?.labels ?? {};
    return edge(service, peer, samples, failed, p99Of.get(name) ?? null) ?? [];
  });
}

/** A server's failure, or a word in place of a status: timeout, deadline, bulkhead, connection. */
const failed = ({ status = '' }: Sample['labels']): boolean => !(Number(status) < 500);

function edge(
  from: string,
  to: string,
  rates: readonly Sample[],
  isError: (labels: Sample['labels']) => boolean,
  p99: number | null,
): EdgeStats | undefined {
  const sum = (samples: readonly Sample[]) => samples.reduce((total, { value }) => total + (value ?? 0), 0);
  const rate = sum(rates);
  if (rate === 0) return undefined;
  return { from, to, rate, errorRate: sum(rates.filter(({ labels }) => isError(labels))) / rate, p99 };
}
