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
    serverShed: counter('http_server_shed_total', 'Requests refused before any work, by reason and priority.', [
      'reason',
      'priority',
    ]),
    serverWasted: counter(
      'http_server_wasted_total',
      'Requests worked on to the end although the caller had left, or had stopped waiting by its deadline.',
    ),
    serverAbandoned: counter(
      'http_server_abandoned_total',
      'Requests whose work was spared or cut short because the caller had left; stage: queued or working.',
      ['stage'],
    ),
    serverQueueWait: new Histogram({
      name: 'http_server_queue_wait_seconds',
      help: 'Time from arrival to the beginning of the work, of requests that began.',
      buckets: durationBuckets,
      registers,
    }),
    serverSlots: gauge(
      'http_server_slots',
      'Most requests worked on at a time: the virtual capacity or the cap; 0 is without limit.',
    ),
    serverLimit: gauge('resilience_adaptive_limit', 'Requests at a time that the adaptive limit admits at the moment.'),
    clientDuration: new Histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Duration of each attempt at a peer; status is a number or timeout, deadline, bulkhead, breaker, throttle, cancelled, connection; skipped: not sent at all.',
      labelNames: ['peer', 'route', 'method', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    clientInFlight: gauge('http_client_in_flight', 'Attempts sent to a peer and not yet answered.', ['peer']),
    clientCalls: counter('http_client_calls_total', 'Calls that the code made, whatever came of them: the originals.', [
      'peer',
    ]),
    fallbacks: counter('resilience_fallback_total', 'Calls answered by the fallback.', ['peer']),
    retries: counter('resilience_retry_total', 'Attempts beyond the first.', ['peer']),
    retriesRefused: counter('resilience_retry_refused_total', 'Retries that were not made; reason: budget or marker.', [
      'peer',
      'reason',
    ]),
    retryTokens: gauge('resilience_retry_budget_tokens', 'Retries that the budget still allows.', ['peer']),
    throttled: counter('resilience_throttled_total', 'Calls refused at the client because the peer refuses many.', [
      'peer',
    ]),
    breakerState: gauge('resilience_breaker_open', '0 closed, 0.5 half open, 1 open.', ['peer', 'instance']),
    hedges: counter('resilience_hedge_total', 'Second attempts sent because an answer was late.', ['peer']),
    instanceEjected: gauge('resilience_instance_ejected', '1: the instance is out of rotation.', ['peer', 'instance']),
    connectionsRecycled: counter('resilience_connection_recycled_total', 'Connections replaced because of their age.', [
      'peer',
    ]),
    bulkheadInUse: gauge('resilience_bulkhead_in_use', 'Calls inside the bulkhead.', ['peer']),
    policyInfo: gauge('resilience_policy_info', 'The policies that this process acts on.', ['preset', 'revision']),
  };
}
