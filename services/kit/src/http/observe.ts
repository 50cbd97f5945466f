import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { type RequestContext, runInContext } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { type Admission, tooLate } from '../server/admission.ts';
import { systemClock } from '../server/clock.ts';
import { FailureLog } from '../server/failure-log.ts';
import { priorityHeader, priorityOf } from '../server/priority.ts';
import { Visit } from '../server/visit.ts';
import { parseTraceparent, type Tracer } from '../trace.ts';
import { deadlineHeader, parseDeadline } from './deadline.ts';
import { PeerError } from './peer-error.ts';

/** Paths that no cap, no metric and no trace concerns. */
const internalPaths = new Set(['/healthz', '/readyz', '/metrics']);

interface Tools {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly admission: Admission;
  /** When a request asks to come in. A body must be read before a long wait: it would go with a client that leaves. */
  readonly admitOn: 'arrival' | 'body';
  /** Paths besides the internal ones that come in at once. */
  readonly uncapped: (path: string) => boolean;
  /** Whether requests come from outside, where priorities and deadlines are only claims. */
  readonly edge: boolean;
}

interface Passage {
  readonly context: RequestContext;
  /** Undefined: it comes in at once and is not counted. */
  readonly visit: Visit | undefined;
  /** What `begin` of the visit calls. */
  done: (error?: Error) => void;
  error?: Error;
}

/** Wraps each request: trace, deadline and priority, the admission, the RED metrics, and a log line for failures. */
export function observeRequests(app: FastifyInstance, tools: Tools): void {
  const { metrics, tracer, admission, admitOn, uncapped, edge } = tools;
  const passages = new WeakMap<FastifyRequest, Passage>();
  const failures = new FailureLog(app.log, systemClock);
  const handled = (request: FastifyRequest) => {
    const visit = passages.get(request)?.visit;
    if (visit !== undefined) admission.handled(visit);
  };

  app.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (internalPaths.has(path)) return done();
    const { url: route = 'unmatched', config } = request.routeOptions;
    const { headers, method } = request;
    const startedAt = performance.now();
    const span = tracer.start(`${method} ${route}`, 'server', parseTraceparent(header(headers.traceparent)));
    // From outside it is only a claim: hopeless deadlines would look like failures of the peers, and open their breakers.
    const deadlineMs = edge ? undefined : parseDeadline(headers[deadlineHeader]);
    const deadlineAt = deadlineMs === undefined ? undefined : startedAt + deadlineMs;
    const priority = priorityOf(headers[priorityHeader], config, edge);
    const gone = new AbortController();
    const context = { span, baggage: header(headers.baggage), deadlineAt, priority, gone: gone.signal };
    const begin = (error?: Problem) => runInContext(context, () => passage.done(error));
    const visit = uncapped(path)
      ? undefined
      : new Visit({ priority, traceId: span.traceId, deadlineAt, begin, abandon: (reason) => gone.abort(reason) });
    const passage: Passage = { context, visit, done };
    passages.set(request, passage);
    const closed = () => {
      const status = reply.raw.writableFinished ? reply.statusCode : 499;
      metrics.serverDuration.observe({ route, method, status }, (performance.now() - startedAt) / 1000);
      span.end({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) runInContext(context, () => failures.add({ status, route, ...described(passage.error) }));
      if (visit === undefined) return;
      if (status === 499 && !reply.raw.writableFinished) admission.left(visit);
      else admission.answered(visit);
    };
    // 'close' comes once for every answer, also for one whose client has left; but not again where it left before this.
    if (reply.raw.closed || request.raw.socket.destroyed) setImmediate(closed);
    else reply.raw.once('close', closed);
    if (deadlineMs === 0) begin(tooLate());
    else if (visit === undefined || admitOn === 'body') begin();
    else admission.enter(visit);
  });

  // The body's events come from the socket, outside the context: it is entered again once the body is there.
  app.addHook('preValidation', (request, _reply, done) => {
    const passage = passages.get(request);
    if (passage === undefined) return done();
    if (passage.visit === undefined || admitOn === 'arrival') return runInContext(passage.context, done);
    passage.done = done;
    admission.enter(passage.visit);
  });

  // The end of the work, told by the answer, and by the handler: for a client that has left some answers are not sent.
  app.addHook('onSend', (request, _reply, payload, done) => {
    handled(request);
    done(null, payload);
  });
  app.addHook('onRoute', (route) => {
    route.handler = watched(route.handler, handled);
  });
  app.addHook('onError', (request, _reply, error, done) => {
    const passage = passages.get(request);
    if (passage !== undefined) passage.error = error;
    done();
  });
}

function watched(handler: RouteHandlerMethod, handled: (request: FastifyRequest) => void): RouteHandlerMethod {
  return function (request, reply) {
    const result: unknown = handler.call(this, request, reply);
    if (result instanceof Promise) {
      const end = () => handled(request);
      result.then(end, end);
    }
    return result;
  };
}

/** The same words as in the answer; what nobody expected is logged with its stack elsewhere. */
function described(error: Error | undefined): { code: string; reason: string } {
  if (error instanceof Problem) return { code: error.code, reason: error.message };
  if (error instanceof PeerError) return { code: error.problem?.code ?? `peer_${error.reason}`, reason: error.message };
  return { code: 'internal_error', reason: error?.message ?? 'unknown' };
}

const header = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;
