import Fastify, { LogController } from 'fastify';
import { currentContext } from '../context.ts';
import type { App, TypeBoxProvider } from '../definition.ts';

/** Fastify as every service has it. Its JSON logs carry the ids of the trace that a line belongs to. */
export function createServer(service: string, logLevel: string | false): App {
  return Fastify({
    logger: logLevel === false ? false : { level: logLevel, base: { service }, mixin: traceIds },
    logController: new LogController({ disableRequestLogging: true }),
    keepAliveTimeout: 75_000,
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
