import { randomBytes } from 'node:crypto';

/** The identity of a span, as W3C trace context carries it. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
}

export interface Span extends SpanIdentity {
  /** Runs work as part of the span: whoever looks for the active span of OpenTelemetry finds it. */
  run<T>(work: () => T): T;
  /** Ends the span; `status` is the HTTP status or the reason of a failure. */
  end(attributes: Readonly<Record<string, string | number>>): void;
}

/** Starts spans: only ids without an exporter, real OpenTelemetry spans with one (telemetry.ts). */
export interface Tracer {
  start(name: string, kind: 'server' | 'client' | 'consumer', parent: SpanIdentity | undefined): Span;
  close(): Promise<void>;
}

const pattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-|$)/;

/** Reads a `traceparent` header (https://www.w3.org/TR/trace-context/); undefined when it is missing or malformed. */
export function parseTraceparent(header: string | undefined): SpanIdentity | undefined {
  const [, traceId, spanId, flags] = pattern.exec(header ?? '') ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags };
}

export const formatTraceparent = (span: SpanIdentity): string => `00-${span.traceId}-${span.spanId}-${span.flags}`;

/** Carries trace ids through the shop without exporting anything. */
export const idsOnlyTracer: Tracer = {
  start: (_name, _kind, parent) => ({
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    flags: parent?.flags ?? '00',
    run: (work) => work(),
    end() {},
  }),
  async close() {},
};
