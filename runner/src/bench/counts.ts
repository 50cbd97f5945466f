import { type ServiceName, services as shopServices, type TimeWindow } from '../contracts.ts';
import type { Prometheus, SampleSeries } from '../providers/prometheus.ts';
import type { EdgeCount, ServerCounts } from './contracts.ts';

export interface CountOptions {
  /** k6's tag of this run. Without it the edge of the users is left out. */
  readonly testId?: string;
  /** Default: all of the shop. */
  readonly services?: readonly (ServiceName | (string & {}))[];
}

const stepMs = 1_000;
/** Where a counter stood before the window; longer than Prometheus looks back for a sample, so no gap hides it. */
const lookBackMs = 30_000;

/** Statuses of calls that were refused at the client: nothing was sent. */
const unsent: readonly unknown[] = ['bulkhead', 'breaker', 'throttle', 'skipped'];

/**
 * What was counted in a window.
 *
 * Not by increase(): it extrapolates to the window's bounds, gives fractions, and takes the first sample of a series as a
 * baseline, while a counter with labels only appears with its first event (the first 503 of a service would not count).
 * So each series is added up step by step; where one falls, its process is a new one that counts from zero. What a
 * process counted between its last scrape and its end is lost, at most a second's worth.
 */
export async function serverCounts(
  prometheus: Prometheus,
  window: TimeWindow,
  { testId, services = shopServices }: CountOptions = {},
  signal?: AbortSignal,
): Promise<ServerCounts> {
  const of = `service=~"${services.map(escaped).join('|')}"`;
  const count = async (query: string) => {
    const { startMs, endMs } = window;
    const all = await prometheus.series(query, { startMs: startMs - lookBackMs, endMs }, stepMs, signal);
    return all.map((series) => ({ labels: series.labels, increase: increaseOf(series, startMs) }));
  };
  const [calls, tries, answers, shed, abandoned, wasted, cpu, users] = await Promise.all([
    count(`http_client_calls_total{${of}}`),
    count(`http_client_request_duration_seconds_count{${of}}`),
    count(`http_server_request_duration_seconds_count{${of}}`),
    count(`http_server_shed_total{${of}}`),
    count(`http_server_abandoned_total{${of},stage="queued"}`),
    count(`http_server_wasted_total{${of}}`),
    count(`process_cpu_seconds_total{${of}}`),
    testId === undefined ? [] : count(`k6_http_reqs_total{testid="${escaped(testId)}"}`),
  ]);
  const sent = tries.filter(({ labels }) => !unsent.includes(labels.status));
  const shedTotal = total(shed);
  return {
    edges: [...usersEdge(total(users)), ...edgesOf(calls, sent)],
    wasted: total(wasted),
    // Refused and abandoned ones are answered too, but not worked on.
    served: Math.max(0, total(answers) - shedTotal - total(abandoned)),
    refused: shedTotal + total(tries) - total(sent),
    cpuSeconds: total(cpu),
  };
}

/** How far a counter rose from a time on. What appears later began at zero. */
export function increaseOf({ points }: Pick<SampleSeries, 'points'>, fromMs: number): number {
  let last = 0;
  let rise = 0;
  for (const [at, value] of points) {
    if (value === null) continue;
    if (at * 1_000 > fromMs) rise += value < last ? value : value - last;
    last = value;
  }
  return rise;
}

interface Counted {
  readonly labels: Readonly<Record<string, string>>;
  readonly increase: number;
}

const total = (counted: readonly Counted[]): number => counted.reduce((sum, { increase }) => sum + increase, 0);

/** k6 never asks twice by itself: what it sent is what users asked for. */
const usersEdge = (requests: number): readonly EdgeCount[] =>
  requests === 0 ? [] : [{ from: 'load', to: 'gateway', originals: requests, attempts: requests }];

function edgesOf(calls: readonly Counted[], sent: readonly Counted[]): readonly EdgeCount[] {
  const edges = new Map<string, EdgeCount>();
  const add = ({ labels, increase }: Counted, key: 'originals' | 'attempts') => {
    const { service: from = '', peer: to = '' } = labels;
    const edge = edges.get(`${from}\n${to}`) ?? { from, to, originals: 0, attempts: 0 };
    edges.set(`${from}\n${to}`, { ...edge, [key]: edge[key] + increase });
  };
  for (const one of calls) add(one, 'originals');
  for (const one of sent) add(one, 'attempts');
  return [...edges.values()].filter(({ originals, attempts }) => originals + attempts > 0);
}

const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&');
