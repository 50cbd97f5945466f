import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { Static, TObject, TProperties, TSchema } from 'typebox';
import type { Database } from './database.ts';
import type { PeerClient } from './http/peer-client.ts';
import type { InFlightCapOptions } from './in-flight-cap.ts';
import type { Metrics } from './metrics.ts';
import type { ServerPolicy } from './resilience/policy.ts';
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
  /** What the policies in force say about this service's own work; ask at each use. */
  policy(): ServerPolicy;
  /** Runs at shutdown after the last answer, last registered first. */
  onClose(undo: () => Promise<void>): void;
}

export interface ServiceDefinition<P extends TProperties = TProperties> {
  readonly name: string;
  /** Environment variables besides the common ones. */
  readonly config: TObject<P>;
  /** Services that this one calls; each needs `SHOP_<PEER>_URL`. */
  readonly peers: readonly string[];
  /** The schema in PostgreSQL is called like the service. */
  readonly database?: {
    /** A folder of SQL files. */
    readonly migrations: URL;
    /** Connections unless SHOP_DB_POOL_MAX says otherwise; by default 8. */
    readonly poolMax?: number;
  };
  /** Whether requests come from outside: then `x-priority` is not believed, only the routes' own `config.priority`. */
  readonly edge?: boolean;
  /** A cap on the requests handled at a time, from the configuration: makes the service a proxy. */
  readonly cap?: (
    config: Static<TObject<P>>,
  ) => Pick<InFlightCapOptions, 'maxInFlight' | 'maxQueued' | 'queueTimeoutMs'>;
  /** Paths that the cap lets pass, besides probes and metrics. */
  readonly uncapped?: (path: string) => boolean;
  readonly build: (app: App, context: ServiceContext<Static<TObject<P>>>) => Promise<void>;
}

/** Keeps the type of the configuration from `config` to `build`. */
export const defineService = <P extends TProperties>(definition: ServiceDefinition<P>): ServiceDefinition<P> =>
  definition;
