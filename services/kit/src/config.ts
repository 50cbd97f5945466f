import { Ajv, type ErrorObject } from 'ajv';
import Type, { type Static, type TObject } from 'typebox';

/** What every service reads from its environment. */
export const commonConfig = Type.Object({
  SHOP_HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'the address to listen on' }),
  SHOP_PORT: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65535,
    description: 'a port from 0 (any free one) to 65535',
  }),
  SHOP_LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'one of fatal, error, warn, info, debug, trace, silent' },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'the URL of a collector, such as http://127.0.0.1:4318' }),
  ),
  SHOP_POLICIES_FILE: Type.Optional(Type.String({ minLength: 1, description: 'a path to a JSON file of policies' })),
  SHOP_SLOTS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 10_000,
    description: 'a number of requests worked on at a time from 1 to 10000, or 0 for any number',
  }),
  SHOP_SERVICE_TIME_MS: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 60_000,
    description: 'milliseconds from 0 to 60000 for which each request holds its slot at least',
  }),
  SHOP_UNREADY_QUEUE_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600_000,
    description: 'milliseconds of waiting from 1 to 600000 after which /readyz fails, or 0 for never',
  }),
});

/** What a service with a database reads besides. */
export const databaseConfig = Type.Object({
  SHOP_DATABASE_URL: Type.String({
    pattern: '^postgres(ql)?://',
    description: 'a URL such as postgres://user@host:5432/shop',
  }),
  SHOP_DB_POOL_MAX: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 90, description: 'a number of connections from 1 to 90' }),
  ),
});

/** The environment variable that holds a peer's URL or URLs: `payments` → `SHOP_PAYMENTS_URL`. */
export const peerVariable = (peer: string): string => `SHOP_${peer.toUpperCase()}_URL`;

/** Where a peer is: one URL, or one for each of its replicas or shards. */
export const peerUrls = (peer: string) =>
  Type.String({
    pattern: '^https?://[^\\s,/][^\\s,]*(,https?://[^\\s,/][^\\s,]*)*$',
    description: `the URL of ${peer}, such as http://127.0.0.1:8080, or several with commas between`,
  });

/** The URLs of a variable of {@link peerUrls}. */
export const parseUrls = (value: string): readonly string[] => value.split(',');

/** A service was started with a wrong environment; the message lists every wrong variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the variables of `schema` from `env`, or throws a {@link ConfigError} that lists every wrong one. */
export function readConfig<S extends TObject>(schema: S, env: NodeJS.ProcessEnv): Static<S> {
  const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: false });
  const values: Record<string, unknown> = {};
  // An empty variable counts as unset: that is how charts and shells leave out a value.
  for (const name of Object.keys(schema.properties))
    if (env[name] !== undefined && env[name] !== '') values[name] = env[name];
  const validate = ajv.compile<Static<S>>(schema);
  if (validate(values)) return values;
  const lines = new Map<string, string>();
  for (const error of validate.errors ?? []) {
    const name = nameOf(error);
    lines.set(name, `  ${name}: ${env[name] ? `"${env[name]}" is not` : 'missing:'} ${describe(schema, name)}`);
  }
  throw new ConfigError(`wrong environment:\n${[...lines.values()].join('\n')}`);
}

const nameOf = (error: ErrorObject): string =>
  error.keyword === 'required' ? String(error.params.missingProperty) : (error.instancePath.split('/')[1] ?? '');

const describe = (schema: TObject, name: string): string =>
  String((schema.properties[name] as { description?: string } | undefined)?.description ?? 'a valid value');
