// Adds `hide` to the types of a route's schema.
import type {} from '@fastify/swagger';
import type { App } from './definition.ts';
import type { Metrics } from './metrics.ts';
import { problem } from './problem.ts';

/** The probe paths. `/healthz` looks at the process only: a restart mends nothing when a dependency is down. */
export function addHealthRoutes(
  app: App,
  options: { metrics: Metrics; ready: () => Promise<void>; draining: () => boolean },
): void {
  const hidden = { schema: { hide: true }, logLevel: 'silent' } as const;
  app.get('/healthz', hidden, async () => ({ status: 'ok' }));
  app.get('/readyz', hidden, async () => {
    if (options.draining()) throw problem(503, 'draining', 'The service is shutting down.');
    try {
      await options.ready();
    } catch (error) {
      throw problem(503, 'not_ready', error instanceof Error ? error.message : String(error));
    }
    return { status: 'ready' };
  });
  app.get('/metrics', hidden, async (_request, reply) => {
    reply.type(options.metrics.registry.contentType);
    return options.metrics.registry.metrics();
  });
}
