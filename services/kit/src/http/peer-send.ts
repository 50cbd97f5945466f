import { performance } from 'node:perf_hooks';
import { currentContext } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import type { ProblemDocument } from '../problem.ts';
import { priorityHeader } from '../server/priority.ts';
import { formatTraceparent, type Tracer } from '../trace.ts';
import { deadlineHeader } from './deadline.ts';
import type { Instance } from './instances.ts';
import { isMarked, markerHeader } from './marker.ts';
import { PeerError } from './peer-error.ts';
import type { PeerRequest } from './peer-request.ts';

interface Tools {
  readonly peer: string;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

interface Attempt<T> {
  readonly request: PeerRequest<T>;
  readonly instance: Instance;
  /** On the clock of `performance.now()`. */
  readonly deadlineAt: number | undefined;
  readonly signal: AbortSignal;
}

/** Sends one attempt to one instance, traced and measured; fails with a {@link PeerError} only. */
export async function send<T>({ peer, metrics, tracer }: Tools, attempt: Attempt<T>): Promise<T> {
  const { request, instance, deadlineAt, signal } = attempt;
  const span = tracer.start(`${request.method} ${request.route}`, 'client', currentContext()?.span);
  const startedAt = performance.now();
  let outcome: number | string = 'connection';
  metrics.clientInFlight.inc({ peer });
  try {
    const answer = await span.run(() =>
      instance.dispatcher.request({
        origin: instance.url,
        method: request.method,
        path: request.path,
        query: definedOnly(request.query),
        headers: {
          accept: 'application/json',
          traceparent: formatTraceparent(span),
          ...travelling(deadlineAt === undefined ? undefined : deadlineAt - startedAt),
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
      const final = isMarked(answer.headers[markerHeader]);
      throw new PeerError(peer, 'status', { status: answer.statusCode, problem: parseProblem(text), final });
    }
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    const failure = asPeerError(peer, error, signal);
    if (failure.reason !== 'status') outcome = failure.reason;
    throw failure;
  } finally {
    metrics.clientInFlight.dec({ peer });
    observe({ peer, metrics }, request, outcome, performance.now() - startedAt);
    span.end({
      'peer.service': peer,
      'http.request.method': request.method,
      ...(typeof outcome === 'number' ? { 'http.response.status_code': outcome } : { 'error.type': outcome }),
    });
  }
}

export function observe(
  { peer, metrics }: Pick<Tools, 'peer' | 'metrics'>,
  { route, method }: Pick<PeerRequest<unknown>, 'route' | 'method'>,
  status: number | string,
  ms: number,
): void {
  metrics.clientDuration.observe({ peer, route, method, status }, ms / 1000);
}

/** What goes on from the request that is being served to every call made for it. */
function travelling(leftMs: number | undefined): Record<string, string> {
  const { baggage, priority } = currentContext() ?? {};
  return {
    ...(baggage === undefined ? {} : { baggage }),
    ...(priority === undefined ? {} : { [priorityHeader]: String(priority) }),
    ...(leftMs === undefined ? {} : { [deadlineHeader]: String(Math.max(0, Math.floor(leftMs))) }),
  };
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
