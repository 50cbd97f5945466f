// OpenTelemetry's http instrumentation: every request is sampled and its span ended; the exporter drops it.
const { createRequire } = require('node:module');
const path = require('node:path');

const load = createRequire(path.join(process.env.BENCH_OTEL, 'package.json'));
const { NodeSDK } = load('@opentelemetry/sdk-node');
const { HttpInstrumentation } = load('@opentelemetry/instrumentation-http');

new NodeSDK({
  traceExporter: {
    export: (_spans, done) => done({ code: 0 }),
    shutdown: async () => {},
  },
  metricReaders: [],
  instrumentations: [new HttpInstrumentation()],
}).start();
