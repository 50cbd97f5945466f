import { performance } from 'node:perf_hooks';
import { currentContext } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import { Bulkhead } from '../resilience/bulkhead.ts';
import { classifyError, observed } from '../resilience/classify.ts';
import { Hedger } from '../resilience/hedge.ts';
import { LatencyWindow } from '../resilience/latency-window.ts';
import type { PeerPolicy } from '../resilience/policy.ts';
import { withRetry } from '../resilience/retry.ts';
import { RetryBudget } from '../resilience/retry-budget.ts';
import { Throttle } from '../resilience/throttle.ts';
import { withTimeLimit } from '../resilience/time-limit.ts';
import type { Tracer } from '../trace.ts';
import { cancelledBy } from './cancelled-by.ts';
import { remainingMs } from './deadline.ts';
import { type Instance, Instances } from './instances.ts';
import { PeerBreakers } from './peer-breakers.ts';
import { PeerError } from './peer-error.ts';
import { isIdempotent, type PeerRequest } from './peer-request.ts';
import { observe, send } from './peer-send.ts';

export type { PeerRequest } from './peer-request.ts';

export interface PeerClientOptions {
  readonly peer: string;
  /** One for each instance: replicas, or shards in their order. */
  readonly urls: readonly string[];
  /** Asked at each call, so that a change is in force with the next one. */
  readonly policy: () => PeerPolicy;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** 0 to 1; by default Math.random. */
  readonly random?: (() => number) | undefined;
}

/** One call of the code, of one or more attempts. */
interface Call<T> {
  readonly request: PeerRequest<T>;
  readonly policy: PeerPolicy;
  readonly deadlineAt: number | undefined;
  /** Of its route: a slow route says nothing about a fast one. */
  readonly latencies: LatencyWindow;
  /** The instance of the latest attempt: the next one goes elsewhere, where it can. */
  last: Instance | undefined;
  attempts: number;
}

/**
 * Calls one peer over HTTP, under the policies in force, from the outside in: fallback, cancellation, deadline, bulkhead,
 * throttle, retry with its budget, hedge, breaker, attempt timeout, send. The breaker is inside the hedge, since the
 * second attempt goes to another instance, which has its own breaker, and a loser must not count in any. The bulkhead is
 * outside the retries, so that a call keeps its place while it pauses: a retry never waits behind newcomers.
 */
export class PeerClient {
  readonly #options: PeerClientOptions;
  readonly #instances: Instances;
  readonly #bulkhead: Bulkhead;
  readonly #throttle: Throttle;
  readonly #budget: RetryBudget;
  readonly #hedger: Hedger;
  readonly #breakers: PeerBreakers;
  readonly #latencies = new Map<string, LatencyWindow>();

  constructor(options: PeerClientOptions) {
    const { peer, urls, policy, metrics, random } = options;
    this.#options = options;
    this.#instances = new Instances({ peer, urls, policy, metrics, ...(random === undefined ? {} : { random }) });
    this.#bulkhead = new Bulkhead(peer, (inUse) => metrics.bulkheadInUse.set({ peer }, inUse));
    this.#throttle = new Throttle({ name: peer, random, onRefused: () => metrics.throttled.inc({ peer }) });
    this.#budget = new RetryBudget({ onChange: (tokens) => metrics.retryTokens.set({ peer }, tokens) });
    this.#hedger = new Hedger({ name: peer });
    this.#breakers = new PeerBreakers({ peer, instances: this.#instances, size: urls.length, metrics, random });
  }

  async request<T>(request: PeerRequest<T>): Promise<T> {
    const { peer, metrics } = this.#options;
    const policy = this.#options.policy();
    metrics.clientCalls.inc({ peer });
    try {
      return await this.#call(request, policy);
    } catch (error) {
      if (!policy.fallback || !request.fallback || !(error instanceof PeerError) || !error.isFailure) throw error;
      metrics.fallbacks.inc({ peer });
      return await request.fallback(error);
    }
  }

  close(): Promise<void> {
    return this.#instances.close();
  }

  async #call<T>(request: PeerRequest<T>, policy: PeerPolicy): Promise<T> {
    const { peer } = this.#options;
    const startedAt = performance.now();
    const left = Math.min(policy.deadlineMs ?? Infinity, remainingMs() ?? Infinity);
    const ms = left === Infinity ? undefined : left;
    const call: Call<T> = {
      request,
      policy,
      deadlineAt: ms === undefined ? undefined : startedAt + ms,
      latencies: this.#latenciesOf(request),
      last: undefined,
      attempts: 0,
    };
    try {
      return await cancelledBy(currentContext()?.gone, peer, (gone) =>
        withTimeLimit({ peer, ms, reason: 'deadline' }, gone, (signal) =>
          policy.bulkhead === undefined
            ? this.#throttled(call, signal)
            : this.#bulkhead.run(policy.bulkhead, signal, () => this.#throttled(call, signal)),
        ),
      );
    } catch (error) {
      // A call that never left is counted too: a full bulkhead, or an open breaker, would be invisible otherwise.
      if (error instanceof PeerError && (call.attempts === 0 || !error.sent))
        observe(this.#options, request, unsentAs(error), performance.now() - startedAt);
      throw error;
    }
  }

  /** Outside the retries: what counts is whether the peer answers the call in the end. */
  #throttled<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const { throttle } = call.policy;
    const retried = () => this.#retried(call, signal);
    return throttle === undefined ? retried() : this.#throttle.run(throttle, retried);
  }

  #retried<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const { peer, metrics, random } = this.#options;
    const { retry } = call.policy;
    const hedged = () => this.#hedged(call, signal);
    if (retry === undefined) return hedged();
    const tools = {
      signal,
      budget: this.#budget,
      random,
      onRetry: () => metrics.retries.inc({ peer }),
      onRefused: (reason: string) => metrics.retriesRefused.inc({ peer, reason }),
    };
    // What must not be repeated earns for the budget all the same.
    return withRetry(isIdempotent(call.request) ? retry : { ...retry, maxAttempts: 1 }, tools, hedged);
  }

  #hedged<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const { hedge } = call.policy;
    const { latencies } = call;
    if (hedge === undefined || !isIdempotent(call.request)) return this.#attempt(call, signal, false);
    const delayMs = hedge.delayMs === undefined ? latencies.percentile(95) : undefined;
    // Without what the losers took, the p95 would fall with each hedge.
    const onLate = (ms: number) => latencies.record(ms);
    return this.#hedger.run(hedge, { signal, delayMs, onLate }, (own, isHedge) => this.#attempt(call, own, isHedge));
  }

  async #attempt<T>(call: Call<T>, signal: AbortSignal, isHedge: boolean): Promise<T> {
    const { peer, metrics } = this.#options;
    const { request, policy, deadlineAt, latencies } = call;
    const startedAt = performance.now();
    // Not even half of the answers come in the time that remains: the peer is spared work for nobody.
    if (deadlineAt !== undefined && deadlineAt - startedAt < (latencies.percentile(50) ?? 0))
      throw new PeerError(peer, 'deadline', { sent: false });
    const { shardKey } = request;
    const { instance, permit } = this.#breakers.choose(policy.breaker, {
      ...(shardKey === undefined ? {} : { shardKey }),
      ...(call.last === undefined ? {} : { not: call.last }),
    });
    call.last = instance;
    call.attempts++;
    if (isHedge) metrics.hedges.inc({ peer });
    return observed(
      () =>
        withTimeLimit({ peer, ms: policy.timeoutMs, reason: 'timeout' }, signal, (limited) =>
          send(this.#options, { request, instance, deadlineAt, signal: limited }),
        ),
      (error) => {
        if (error instanceof PeerError && error.reason === 'timeout') latencies.record(performance.now() - startedAt);
        return classifyError(error);
      },
      (outcome) => {
        if (outcome === 'success') latencies.record(performance.now() - startedAt);
        permit?.end(outcome);
      },
    );
  }

  #latenciesOf({ method, route }: PeerRequest<unknown>): LatencyWindow {
    const key = `${method} ${route}`;
    const known = this.#latencies.get(key);
    if (known !== undefined) return known;
    const made = new LatencyWindow();
    this.#latencies.set(key, made);
    return made;
  }
}

const refusals: ReadonlySet<string> = new Set(['bulkhead', 'breaker', 'throttle']);

/** Who refused, or that the peer was spared: neither is an attempt. */
const unsentAs = ({ reason }: PeerError): string => (refusals.has(reason) ? reason : 'skipped');
