import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type RequestContext, runInContext } from '../context.ts';
import type { InFlightCap } from '../in-flight-cap.ts';
import type { Metrics } from '../metrics.ts';
import { problem } from '../problem.ts';
import { parseTraceparent, type Tracer } from '../trace.ts';
import { deadlineHeader, parseDeadline, remainingMs } from './deadline.ts';

/** Paths that no cap, no metric and no trace concerns. */
const internalPaths = new Set(['/healthz', '/readyz', '/metrics']);

interface Tools {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly cap: InFlightCap | undefined;
  /** Paths besides the internal ones that are never queued. */
  readonly uncapped: (path: string) => boolean;
}

/** Wraps each request: trace and deadline context, the in-flight cap, and the RED metrics. */
export function observeRequests(app: FastifyInstance, { metrics, tracer, cap, uncapped }: Tools): void {
  const contexts = new WeakMap<FastifyRequest, RequestContext>();
  app.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (internalPaths.has(path)) return done();
    const route = request.routeOptions.url ?? 'unmatched';
    const startedAt = performance.now();
    const span = tracer.start(
      `${request.method} ${route}`,
      'server',
      parseTraceparent(header(request.headers.traceparent)),
    );
    const deadlineMs = parseDeadline(request.headers[deadlineHeader]);
    const context: RequestContext = {
      span,
      baggage: header(request.headers.baggage),
      deadlineAt: deadlineMs === undefined ? undefined : startedAt + deadlineMs,
    };
    contexts.set(request, context);
    const gone = new AbortController();
    let leave: (() => void) | undefined;
    // 'close' comes once for every answer, also for one whose client has left.
    reply.raw.once('close', () => {
      gone.abort();
      leave?.();
      const status = reply.raw.writableFinished ? reply.statusCode : 499;
      metrics.serverDuration.observe({ route, method: request.method, status }, (performance.now() - startedAt) / 1000);
      span.end({ 'http.request.method': request.method, 'http.route': route, 'http.response.status_code': status });
    });
    runInContext(context, () => {
      if (deadlineMs === 0) return done(tooLate());
      if (cap === undefined || uncapped(path)) {
        if (cap === undefined) {
          metrics.serverInFlight.inc();
          leave = () => metrics.serverInFlight.dec();
        }
        return done();
      }
      cap.enter(gone.signal).then(
        (release) => {
          leave = release;
          // The client may have left, or stopped waiting, between the hand-over and here.
          if (gone.signal.aborted) release();
          done(gone.signal.aborted || remainingMs() === 0 ? tooLate() : undefined);
        },
        (error: Error) => done(error),
      );
    });
  });
  // The body's events come from the socket, outside the context: it is entered again once the body is there.
  app.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request);
    if (context === undefined) done();
    else runInContext(context, done);
  });
}

const tooLate = () => problem(504, 'deadline_exceeded', 'The caller had stopped waiting before the work began.');

const header = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;
