import Fastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { currentContext } from '../context.ts';
import type { App, TypeBoxProvider } from '../definition.ts';

/** Longer than a load balancer keeps its side (60 s), so that it never writes into a connection that is being closed. */
const keepAliveTimeoutMs = 75_000;

/** Fastify as every service has it. Its JSON logs carry the ids of the trace that a line belongs to. */
export function createServer(service: string, logLevel: string | false): App {
  return Fastify({
    logger: logLevel === false ? false : { level: logLevel, base: { service }, mixin: traceIds },
    logController: new LogController({ disableRequestLogging: true }),
    keepAliveTimeout: keepAliveTimeoutMs,
    bodyLimit: 65_536,
    // Draining answers what still comes on open connections; Fastify's 503 would lose it.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Verbose errors hold the schema, whose description says what would be right.
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, verbose: true } },
  }).withTypeProvider<TypeBoxProvider>();
}

function traceIds() {
  const span = currentContext()?.span;
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** Closes idle connections after `ms`, by default 75 s; in force with the next answer of each connection. */
export function keepIdleConnections(app: App, ms: number | undefined): void {
  const { server } = app;
  server.keepAliveTimeout = ms ?? keepAliveTimeoutMs;
  // Node.js waits a second longer than it announces; a policy says exactly when.
  if ('keepAliveTimeoutBuffer' in server) server.keepAliveTimeoutBuffer = ms === undefined ? 1_000 : 0;
}

/**
 * Leaves `keep-alive: timeout=…` out, which Node.js adds by itself: balancers and proxies drop this hop-by-hop header, so
 * that a client behind one does not know when the server closes.
 */
export function omitKeepAliveHint(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.connection?.toLowerCase() !== 'close') reply.header('connection', 'keep-alive');
}
