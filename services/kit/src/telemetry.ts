import type { SpanIdentity, Tracer } from './trace.ts';
import { idsOnlyTracer } from './trace.ts';

/**
 * OpenTelemetry spans over OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector, ids only otherwise. The SDK is
 * loaded only then: it costs about 40 MB, which eight processes on one machine would all pay for nothing.
 */
export async function createTracer(service: string, endpoint: string | undefined): Promise<Tracer> {
  if (endpoint === undefined) return idsOnlyTracer;
  const [{ NodeSDK }, { OTLPTraceExporter }, api] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/api'),
  ]);
  const traceExporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const sdk = new NodeSDK({
    serviceName: service,
    traceExporter,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const tracer = api.trace.getTracer('@pado/kit');
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, consumer: api.SpanKind.CONSUMER };
  const parentOf = (parent: SpanIdentity | undefined) =>
    parent === undefined
      ? api.ROOT_CONTEXT
      : api.trace.setSpanContext(api.ROOT_CONTEXT, {
          traceId: parent.traceId,
          spanId: parent.spanId,
          traceFlags: Number.parseInt(parent.flags, 16),
          isRemote: true,
        });
  return {
    start(name, kind, parent) {
      const span = tracer.startSpan(name, { kind: kinds[kind] }, parentOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceId,
        spanId,
        flags: traceFlags.toString(16).padStart(2, '0'),
        run: (work) => api.context.with(api.trace.setSpan(api.context.active(), span), work),
        end(attributes) {
          span.setAttributes(attributes);
          const status = attributes['http.response.status_code'];
          if (typeof status !== 'number' || status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    close: () => sdk.shutdown(),
  };
}
