// Adds `hide` to the types of a route's schema.
import type {} from '@fastify/swagger';
import type { App } from './definition.ts';
import type { Metrics } from './metrics.ts';
import { problem } from './problem.ts';

/** A dependency that takes longer to answer counts as dead, where liveness looks at dependencies. */
const livenessTimeoutMs = 300;

export interface HealthOptions {
  readonly metrics: Metrics;
  /** Fails when a dependency does not answer. */
  readonly ready: () => Promise<void>;
  readonly draining: () => boolean;
  /**
   * What /healthz looks at. `dependencies` is a planted weakness: a restart mends nothing when a dependency is slow, and its
   * load shifts to the processes that are left.
   */
  readonly liveness: () => 'process' | 'dependencies';
  /**
   * Milliseconds (SHOP_UNREADY_QUEUE_MS, 0: never) of waiting after which /readyz fails. A planted weakness too: where all are
   * overloaded, each that leaves the rotation hands its load to the others, and comes back when it has none.
   */
  readonly unreadyQueueMs: number;
  readonly oldestWaitMs: () => number;
}

/** The probe paths and the metrics. */
export function addHealthRoutes(app: App, options: HealthOptions): void {
  const { metrics, ready, draining, liveness, unreadyQueueMs, oldestWaitMs } = options;
  const hidden = { schema: { hide: true }, logLevel: 'silent' } as const;
  app.get('/healthz', hidden, async () => {
    if (liveness() === 'dependencies') await orProblem('not_alive', within(livenessTimeoutMs, ready()));
    return { status: 'ok' };
  });
  app.get('/readyz', hidden, async () => {
    if (draining()) throw problem(503, 'draining', 'The service is shutting down.');
    if (unreadyQueueMs > 0 && oldestWaitMs() > unreadyQueueMs)
      throw problem(503, 'queue_too_long', `A request has waited for more than ${unreadyQueueMs} ms.`);
    await orProblem('not_ready', ready());
    return { status: 'ready' };
  });
  app.get('/metrics', hidden, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}

async function orProblem(code: string, check: Promise<void>): Promise<void> {
  try {
    await check;
  } catch (error) {
    throw problem(503, code, error instanceof Error ? error.message : String(error));
  }
}

async function within(ms: number, check: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The dependencies did not answer within ${ms} ms.`)), ms);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
