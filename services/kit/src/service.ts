import Type, { type Static, type TObject, type TProperties } from 'typebox';
import { commonConfig, databaseConfig, parseUrls, peerUrls, peerVariable, readConfig } from './config.ts';
import { Database } from './database.ts';
import type { App, ServiceDefinition } from './definition.ts';
import { addHealthRoutes } from './health.ts';
import { renderProblems } from './http/errors.ts';
import { observeRequests } from './http/observe.ts';
import { PeerClient } from './http/peer-client.ts';
import { createServer, keepIdleConnections, omitKeepAliveHint } from './http/server.ts';
import { createMetrics } from './metrics.ts';
import { PoliciesFile } from './resilience/policies-file.ts';
import { policyFor, serverPolicyFor } from './resilience/policy.ts';
import { LoopUtilisation } from './server/loop-utilisation.ts';
import { admissionOf } from './server/virtual-capacity.ts';
import { createTracer } from './telemetry.ts';
import { UndoStack } from './undo.ts';

export interface BuiltService {
  readonly app: App;
  readonly host: string;
  readonly port: number;
  /** Makes /readyz fail and closes each connection after its answer, so that callers move on. */
  drain(): void;
  /** Waits for the answers in flight, then closes everything. Calling it twice is safe. */
  close(): Promise<void>;
}

interface BuildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** False: no logs. */
  readonly logger?: boolean;
}

/** Builds a service from an environment, migrations applied, not yet listening. Throws a ConfigError on a wrong one. */
export async function buildApp<P extends TProperties>(
  definition: ServiceDefinition<P>,
  options: BuildOptions,
): Promise<BuiltService> {
  const undo = new UndoStack();
  try {
    return await build(definition, options, undo);
  } catch (error) {
    // What failed first is what matters.
    await undo.run().catch(() => {});
    throw error;
  }
}

function configOf<P extends TProperties>({ database, peers, config }: ServiceDefinition<P>, env: NodeJS.ProcessEnv) {
  const schema = Type.Object({
    ...commonConfig.properties,
    ...(database ? databaseConfig.properties : {}),
    ...Object.fromEntries(peers.map((peer) => [peerVariable(peer), peerUrls(peer)])),
    ...config.properties,
  });
  return readConfig(schema, env) as Static<typeof commonConfig> &
    Partial<Static<typeof databaseConfig>> &
    Static<TObject<P>> &
    Record<string, unknown>;
}

async function build<P extends TProperties>(
  definition: ServiceDefinition<P>,
  { env, logger = true }: BuildOptions,
  undo: UndoStack,
): Promise<BuiltService> {
  const { name, peers } = definition;
  const config = configOf(definition, env);
  const databaseUrl = config.SHOP_DATABASE_URL ?? '';
  const app = createServer(name, logger && config.SHOP_LOG_LEVEL);
  const metrics = createMetrics(name);
  const tracer = await createTracer(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  undo.push(() => tracer.close());

  const ownPolicy = () => serverPolicyFor(policies.current, name);
  const policies: PoliciesFile = new PoliciesFile({
    file: config.SHOP_POLICIES_FILE,
    onChange({ preset, revision }) {
      metrics.policyInfo.reset();
      metrics.policyInfo.set({ preset, revision }, 1);
      keepIdleConnections(app, ownPolicy().keepAliveMs);
      app.log.info({ preset, revision }, 'policies in force');
    },
    onInvalid: (reason) => app.log.error({ reason }, 'invalid policies: the last good ones stay in force'),
  });
  await policies.start();
  undo.push(async () => policies.close());

  const clients = new Map<string, PeerClient>();
  for (const peer of peers) {
    const client = new PeerClient({
      peer,
      urls: parseUrls(String(config[peerVariable(peer)])),
      policy: () => policyFor(policies.current, name, peer),
      metrics,
      tracer,
    });
    undo.push(() => client.close());
    clients.set(peer, client);
  }

  let database: Database | undefined;
  if (definition.database) {
    const { migrations, poolMax = 8 } = definition.database;
    const made = new Database({
      url: databaseUrl,
      schema: name,
      migrations,
      poolMax: config.SHOP_DB_POOL_MAX ?? poolMax,
      onError: (error) => app.log.warn({ err: error }, 'an idle database connection broke'),
    });
    undo.push(() => made.close());
    await made.migrate();
    database = made;
  }

  const loop = new LoopUtilisation();
  undo.push(async () => loop.close());
  const admission = admissionOf(
    {
      slots: config.SHOP_SLOTS,
      serviceTimeMs: config.SHOP_SERVICE_TIME_MS,
      cap: definition.cap?.(config),
    },
    { metrics, policy: ownPolicy, loop },
  );
  undo.push(async () => admission.close());
  let draining = false;
  renderProblems(app);
  observeRequests(app, {
    metrics,
    tracer,
    admission,
    // A proxy caps connections, so that a request counts from its first byte.
    admitOn: definition.cap ? 'arrival' : 'body',
    uncapped: definition.uncapped ?? (() => false),
    edge: definition.edge ?? false,
  });
  app.addHook('onSend', async (request, reply) => {
    if (draining) reply.header('connection', 'close');
    else if (ownPolicy().keepAliveMs !== undefined) omitKeepAliveHint(request, reply);
  });
  addHealthRoutes(app, {
    metrics,
    draining: () => draining,
    ready: async () => database?.ready(),
    liveness: () => ownPolicy().liveness ?? 'process',
    unreadyQueueMs: config.SHOP_UNREADY_QUEUE_MS,
    oldestWaitMs: () => admission.oldestWaitMs,
  });

  await definition.build(app, {
    config,
    log: app.log,
    metrics,
    tracer,
    databaseUrl,
    get db() {
      if (database === undefined) throw new Error(`${name} was defined without a database`);
      return database;
    },
    client(peer) {
      const client = clients.get(peer);
      if (client === undefined) throw new Error(`${peer} is not among the peers of ${name}`);
      return client;
    },
    policy: ownPolicy,
    onClose: (work) => undo.push(work),
  });
  // Undone first: nothing is taken away from requests that are still being answered.
  undo.push(async () => {
    draining = true;
    await app.close();
  });

  return {
    app,
    host: config.SHOP_HOST,
    port: config.SHOP_PORT,
    drain() {
      draining = true;
    },
    close: () => undo.run(),
  };
}
