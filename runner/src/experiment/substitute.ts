import { nearest, type Problem } from '@pado/fault';
import type { Path } from './source.ts';

type Scalar = string | number | boolean;
type Values = Readonly<Record<string, Scalar>>;

const token = /\$\{([^}]*)\}/g;
const onlyToken = /^\$\{([^}]*)\}$/;

export interface Substituted {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Puts the configuration's values in place of `${name}`. A text that is nothing but one `${name}` takes the value's
 * type, so that `value: ${limit}` is a number; within a longer text it is written out.
 */
export function substitute(document: unknown, environment: NodeJS.ProcessEnv): Substituted {
  if (!isObject(document)) return { value: document, problems: [] };
  const problems: Problem[] = [];
  const values = resolveConfiguration(document.configuration, environment, problems);
  const names = isObject(document.configuration) ? Object.keys(document.configuration) : [];

  const lookUp = (name: string, path: Path): Scalar | undefined => {
    const value = values[name];
    if (value === undefined && !names.includes(name)) {
      const near = nearest(name, names);
      const remedy =
        near !== undefined
          ? `did you mean \${${near}}?`
          : `configuration has ${names.length === 0 ? 'no values' : names.join(', ')}`;
      problems.push({ path, message: `\${${name}} is not in configuration: ${remedy}` });
    }
    return value;
  };
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const [, only] = onlyToken.exec(value) ?? [];
      if (only !== undefined) return lookUp(only, path) ?? value;
      return value.replace(token, (whole, name: string) => String(lookUp(name, path) ?? whole));
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  // The configuration itself is not substituted: its values would otherwise depend on their order.
  const { configuration, ...rest } = document;
  const value = walk(rest, []) as Record<string, unknown>;
  return { value: configuration === undefined ? value : { ...value, configuration }, problems };
}

/** Literals, and `{type: env}` by the environment. What does not fit the schema is left to the schema's own message. */
function resolveConfiguration(configuration: unknown, environment: NodeJS.ProcessEnv, problems: Problem[]): Values {
  const values: Record<string, Scalar> = {};
  for (const [name, entry] of Object.entries(isObject(configuration) ? configuration : {})) {
    if (isScalar(entry)) values[name] = entry;
    if (!isObject(entry) || entry.type !== 'env' || typeof entry.key !== 'string') continue;
    const value = environment[entry.key] ?? entry.default;
    if (isScalar(value)) values[name] = value;
    else if (value === undefined) {
      const message = `the environment has no ${entry.key}, and there is no default`;
      problems.push({ path: ['configuration', name], message });
    }
  }
  return values;
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
