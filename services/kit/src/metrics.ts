import { performance } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Bucket bounds in seconds; thresholds of objectives (0.25, 0.5, 1, 2.5) are bounds, so that PromQL reads them exactly. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10];

/** Every metric of a service. All carry the default label `service`. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });

  let lastUtilization = performance.eventLoopUtilization();
  new Gauge({
    name: 'nodejs_eventloop_utilization',
    help: 'Share of time the event loop was busy since the last scrape, 0 to 1.',
    registers,
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, lastUtilization).utilization);
      lastUtilization = now;
    },
  });

  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });

  return {
    registry,
    serverDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of answered requests, time in the queue included.',
      labelNames: ['route', 'method', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    serverInFlight: gauge('http_server_in_flight', 'Requests admitted and not yet answered.'),
    serverQueued: gauge('http_server_queued', 'Requests that wait for the in-flight cap.'),
    serverShed: counter('http_server_shed_total', 'Requests refused by the in-flight cap.', ['reason']),
    clientDuration: new Histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Duration of each attempt at a peer; status is a number or timeout, deadline, bulkhead, connection.',
      labelNames: ['peer', 'route', 'method', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    clientInFlight: gauge('http_client_in_flight', 'Attempts sent to a peer and not yet answered.', ['peer']),
    fallbacks: counter('resilience_fallback_total', 'Calls answered by the fallback.', ['peer']),
    retries: counter('resilience_retry_total', 'Attempts beyond the first.', ['peer']),
    bulkheadInUse: gauge('resilience_bulkhead_in_use', 'Calls inside the bulkhead.', ['peer']),
    policyInfo: gauge('resilience_policy_info', 'The policies that this process acts on.', ['preset', 'revision']),
  };
}
