import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyTypeProvider,
  LogController,
  type RawServerDefault,
} from 'fastify';
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import { commonConfig, databaseConfig, peerVariable, readConfig } from './config.ts';
import { Database } from './database.ts';
import { addHealthRoutes } from './health.ts';
import { renderProblems } from './http/errors.ts';
import { observeRequests } from './http/observe.ts';
import { PeerClient } from './http/peer-client.ts';
import { InFlightCap } from './in-flight-cap.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { PoliciesFile } from './resilience/policies-file.ts';
import { policyFor } from './resilience/policy.ts';
import { createTracer } from './telemetry.ts';
import type { Tracer } from './trace.ts';

/** Gives route handlers the types of their TypeBox schemas. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxProvider
>;

/** What a service is built with. */
export interface ServiceContext<C = unknown> {
  readonly config: C;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** The service's own schema; throws in a service that was defined without a database. */
  readonly db: Database;
  /** The database's URL, for a library that brings its own pool. */
  readonly databaseUrl: string;
  /** The client for one of the peers of the definition. */
  client(peer: string): PeerClient;
  /** Runs at shutdown after the last answer, last registered first. */
  onClose(undo: () => Promise<void>): void;
}

export interface ServiceDefinition<P extends TProperties = TProperties> {
  readonly name: string;
  /** Environment variables besides the common ones. */
  readonly config: TObject<P>;
  /** Services that this one calls; each needs `SHOP_<PEER>_URL`. */
  readonly peers: readonly string[];
  /** A folder of SQL files; the schema is called like the service. */
  readonly database?: {
    readonly migrations: URL /** Connections unless SHOP_DB_POOL_MAX says otherwise; by default 8. */;
    readonly poolMax?: number;
  };
  /** A cap on the requests handled at a time, from the configuration. */
  readonly cap?: (config: Static<TObject<P>>) => { maxInFlight: number; maxQueued: number; queueTimeoutMs: number };
  /** Paths that the cap lets pass, besides probes and metrics. */
  readonly uncapped?: (path: string) => boolean;
  readonly build: (app: App, context: ServiceContext<Static<TObject<P>>>) => Promise<void>;
}

/** Keeps the type of the configuration from `config` to `build`. */
export const defineService = <P extends TProperties>(definition: ServiceDefinition<P>): ServiceDefinition<P> =>
  definition;

export interface BuiltService {
  readonly app: App;
  readonly host: string;
  readonly port: number;
  /** Makes /readyz fail and closes each connection after its answer, so that callers move on. */
  drain(): void;
  /** Waits for the answers in flight, then closes everything. */
  close(): Promise<void>;
}

/** Builds a service from an environment, migrations applied, not yet listening. Throws a ConfigError on a wrong one. */
export async function buildApp<P extends TProperties>(
  definition: ServiceDefinition<P>,
  { env, logger }: { env: NodeJS.ProcessEnv; logger?: boolean },
): Promise<BuiltService> {
  const { name, peers } = definition;
  const peerConfig = Object.fromEntries(
    peers.map((peer) => [
      peerVariable(peer),
      Type.String({ pattern: '^https?://', description: `the URL of ${peer}, such as http://127.0.0.1:8080` }),
    ]),
  );
  const base = readConfig(
    Type.Object({
      ...commonConfig.properties,
      ...(definition.database ? databaseConfig.properties : {}),
      ...peerConfig,
      ...definition.config.properties,
    }),
    env,
  ) as Static<typeof commonConfig> & Partial<Static<typeof databaseConfig>> & Record<string, unknown>;
  const config = base as unknown as Static<TObject<P>>;

  const undo: (() => Promise<void>)[] = [];
  let draining = false;
  const app: App = Fastify({
    logger: logger === false ? false : { level: String(base.SHOP_LOG_LEVEL), base: { service: name } },
    logController: new LogController({ disableRequestLogging: true }),
    keepAliveTimeout: 75_000,
    bodyLimit: 65_536,
    // Draining answers what still comes on open connections; Fastify's 503 would lose it.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false } },
  }).withTypeProvider<TypeBoxProvider>();
  const metrics = createMetrics(name);
  const tracer = await createTracer(name, env);
  undo.push(() => tracer.close());

  const policies = new PoliciesFile({
    file: base.SHOP_POLICIES_FILE,
    onChange({ preset, revision }) {
      metrics.policyInfo.reset();
      metrics.policyInfo.set({ preset, revision }, 1);
      app.log.info({ preset, revision }, 'policies in force');
    },
    onInvalid: (reason) => app.log.error({ reason }, 'invalid policies'),
  });
  await policies.start();
  undo.push(async () => policies.close());

  const clients = new Map(
    peers.map((peer) => [
      peer,
      new PeerClient({
        peer,
        url: String(base[peerVariable(peer)]),
        policy: () => policyFor(policies.current, name, peer),
        metrics,
        tracer,
      }),
    ]),
  );
  undo.push(async () => void (await Promise.all([...clients.values()].map((client) => client.close()))));

  const databaseUrl = base.SHOP_DATABASE_URL ?? '';
  let database: Database | undefined;
  if (definition.database) {
    database = new Database({
      url: databaseUrl,
      schema: name,
      migrations: definition.database.migrations,
      poolMax: base.SHOP_DB_POOL_MAX ?? definition.database.poolMax ?? 8,
      onError: (error) => app.log.warn({ err: error }, 'an idle database connection broke'),
    });
    undo.push(() => database?.close() ?? Promise.resolve());
    await database.migrate();
  }

  const cap = definition.cap
    ? new InFlightCap({
        ...definition.cap(config),
        onChange(inFlight, queued) {
          metrics.serverInFlight.set(inFlight);
          metrics.serverQueued.set(queued);
        },
        onShed: (reason) => metrics.serverShed.inc({ reason }),
      })
    : undefined;
  renderProblems(app);
  observeRequests(app, { metrics, tracer, cap, uncapped: definition.uncapped ?? (() => false) });
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  addHealthRoutes(app, { metrics, draining: () => draining, ready: async () => database?.ready() });

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
    onClose: (work) => void undo.push(work),
  });

  return {
    app,
    host: base.SHOP_HOST,
    port: base.SHOP_PORT,
    drain() {
      draining = true;
    },
    async close() {
      draining = true;
      await app.close();
      for (const work of undo.reverse()) await work();
    },
  };
}
