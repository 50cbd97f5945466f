import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { currentContext } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import type { ProblemDocument } from '../problem.ts';
import { Bulkhead } from '../resilience/bulkhead.ts';
import type { PeerPolicy } from '../resilience/policy.ts';
import { withRetry } from '../resilience/retry.ts';
import { withTimeLimit } from '../resilience/time-limit.ts';
import { formatTraceparent, type Tracer } from '../trace.ts';
import { deadlineHeader, remainingMs } from './deadline.ts';
import { PeerError } from './peer-error.ts';

export interface PeerClientOptions {
  readonly peer: string;
  readonly url: string;
  /** Asked at each call, so that a change is in force with the next one. */
  readonly policy: () => PeerPolicy;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export interface PeerRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The path's pattern, such as /products/:id: a label must have few values. */
  readonly route: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Makes a POST repeatable; sent as Idempotency-Key. */
  readonly idempotencyKey?: string;
  /** What to answer instead when the peer is in trouble; used only where the policy allows it. */
  readonly fallback?: (error: PeerError) => T | Promise<T>;
}

/** Calls one peer over HTTP, under the policies in force. */
export class PeerClient {
  readonly #options: PeerClientOptions;
  readonly #pool: Pool;
  readonly #bulkhead: Bulkhead;

  constructor(options: PeerClientOptions) {
    this.#options = options;
    // A server keeps idle connections for 75 s (service.ts); letting go of them sooner avoids writing into a closed one.
    this.#pool = new Pool(options.url, { connections: 256, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 60_000 });
    this.#bulkhead = new Bulkhead(options.peer, (inUse) =>
      options.metrics.bulkheadInUse.set({ peer: options.peer }, inUse),
    );
  }

  async request<T>(request: PeerRequest<T>): Promise<T> {
    const policy = this.#options.policy();
    try {
      return await this.#call(request, policy);
    } catch (error) {
      if (!policy.fallback || !request.fallback || !(error instanceof PeerError) || !error.isFailure) throw error;
      this.#options.metrics.fallbacks.inc({ peer: this.#options.peer });
      return await request.fallback(error);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #call<T>(request: PeerRequest<T>, policy: PeerPolicy): Promise<T> {
    const { peer, metrics } = this.#options;
    const startedAt = performance.now();
    const left = Math.min(policy.deadlineMs ?? Infinity, remainingMs() ?? Infinity);
    const ms = left === Infinity ? undefined : left;
    const deadlineAt = ms === undefined ? undefined : startedAt + ms;
    const repeatable = request.method !== 'POST' || request.idempotencyKey !== undefined;
    let attempted = false;
    const attempts = (signal: AbortSignal) => {
      attempted = true;
      const attempt = () =>
        withTimeLimit({ peer, ms: policy.timeoutMs, reason: 'timeout' }, signal, (limited) =>
          this.#attempt(request, limited, deadlineAt),
        );
      return policy.retry && repeatable
        ? withRetry(policy.retry, signal, () => metrics.retries.inc({ peer }), attempt)
        : attempt();
    };
    try {
      return await withTimeLimit({ peer, ms, reason: 'deadline' }, undefined, (signal) =>
        policy.bulkhead === undefined
          ? attempts(signal)
          : this.#bulkhead.run(policy.bulkhead, signal, () => attempts(signal)),
      );
    } catch (error) {
      // A call that never left is counted too: a full bulkhead would be invisible otherwise.
      if (!attempted && error instanceof PeerError) this.#observe(request, error.reason, startedAt);
      throw error;
    }
  }

  async #attempt<T>(request: PeerRequest<T>, signal: AbortSignal, deadlineAt: number | undefined): Promise<T> {
    const { peer, metrics, tracer } = this.#options;
    const context = currentContext();
    const span = tracer.start(`${request.method} ${request.route}`, 'client', context?.span);
    const startedAt = performance.now();
    let outcome: number | string = 'connection';
    metrics.clientInFlight.inc({ peer });
    try {
      const answer = await span.run(() =>
        this.#pool.request({
          method: request.method,
          path: request.path,
          query: definedOnly(request.query),
          headers: {
            accept: 'application/json',
            traceparent: formatTraceparent(span),
            ...(context?.baggage === undefined ? {} : { baggage: context.baggage }),
            ...(deadlineAt === undefined
              ? {}
              : { [deadlineHeader]: String(Math.max(0, Math.floor(deadlineAt - startedAt))) }),
            ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
            ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...request.headers,
          },
          body: request.body === undefined ? null : JSON.stringify(request.body),
          signal,
        }),
      );
      const text = await answer.body.text();
      outcome = answer.statusCode;
      if (answer.statusCode >= 400) {
        throw new PeerError(peer, 'status', { status: answer.statusCode, problem: parseProblem(text) });
      }
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      const failure = asPeerError(peer, error, signal);
      if (failure.reason !== 'status') outcome = failure.reason;
      throw failure;
    } finally {
      metrics.clientInFlight.dec({ peer });
      this.#observe(request, outcome, startedAt);
      span.end({
        'peer.service': peer,
        'http.request.method': request.method,
        ...(typeof outcome === 'number' ? { 'http.response.status_code': outcome } : { 'error.type': outcome }),
      });
    }
  }

  #observe(request: Pick<PeerRequest<unknown>, 'route' | 'method'>, status: number | string, startedAt: number): void {
    const labels = { peer: this.#options.peer, route: request.route, method: request.method, status };
    this.#options.metrics.clientDuration.observe(labels, (performance.now() - startedAt) / 1000);
  }
}

const definedOnly = (query: PeerRequest<unknown>['query']): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

function asPeerError(peer: string, error: unknown, signal: AbortSignal): PeerError {
  if (error instanceof PeerError) return error;
  if (signal.aborted && signal.reason instanceof PeerError) return signal.reason;
  return new PeerError(peer, 'connection', { cause: error });
}

function parseProblem(text: string): ProblemDocument | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value ? (value as ProblemDocument) : undefined;
  } catch {
    return undefined;
  }
}
