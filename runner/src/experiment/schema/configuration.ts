import { literal, map, object, oneOf, type Schema, string, union } from '@pado/fault/json-schema';
import { anything, name } from './fields.ts';
import { probeProvider } from './provider.ts';

export const env = object(
  {
    type: literal('env', { description: 'type: env' }),
    key: string({ description: 'the name of an environment variable', minLength: 1 }),
  },
  {
    default: anything('the value without the variable'),
    env_var_type: oneOf(['str', 'int', 'float', 'bool', 'bytes', 'json'], {
      description: 'how the text is read: str, int, float, bool, bytes or json',
      default: 'str',
    }),
  },
  { description: 'a value from the environment: {type: env, key: NAME, default: …}' },
);

const file = object(
  {
    type: literal('file', { description: 'type: file' }),
    path: string({ description: "a file's path", minLength: 1 }),
  },
  {},
  { description: 'a secret from a file: {type: file, path: …}' },
);

/** Asked once, before the run; its answer is the value. */
export const asked = object(
  { type: literal('probe', { description: 'type: probe' }), provider: probeProvider },
  { name },
  { description: 'a value that a probe gives: {type: probe, name: …, provider: …}' },
);

export type EnvValue = {
  readonly type: 'env';
  readonly key: string;
  readonly default?: unknown;
  readonly env_var_type?: string;
};

/** An object that names one of the types is such a source; any other value stands for itself. */
const sourced = (sources: Schema<unknown>, names: readonly string[], description: string): Schema<unknown> =>
  ({
    description,
    if: { type: 'object', properties: { type: { enum: names } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: sources,
  }) as Schema<unknown>;

const sources = union('type', [env, file, asked], { description: 'a source of type env, file or probe' });

export const configuration = map(
  sourced(
    union('type', [env, asked], { description: 'a source of type env or probe' }),
    ['env', 'probe'],
    'a value, or {type: env, key: NAME, default: …}',
  ),
  { description: 'values by name, for the texts of the file to refer to', maxProperties: 256 },
);

export const secrets = map(
  map(sourced(sources, ['env', 'file', 'probe'], 'a secret, or {type: env, key: NAME} or {type: file, path: …}'), {
    description: 'secrets by name',
    maxProperties: 256,
  }),
  { description: 'groups of secrets by name', maxProperties: 64 },
);
