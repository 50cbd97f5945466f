import { nearest, PadoError, type Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { answerOf, find, type Surroundings } from './configuration-source.ts';
import type { ProbeProvider } from './schema.ts';
import { type LookUp, substitute } from './substitute.ts';

/** What the names of a file stand for. */
export interface Values {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Names of the configuration whose values are not known: a run asks for them, or they are told as wrong. */
  readonly later: ReadonlySet<string>;
}

export interface ValueOptions {
  /** Where `{type: env}` looks. Default process.env. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Values by name, from --var and --var-file; before those of the file. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  /** Secrets by group and name, from --var-file. */
  readonly secretVars?: Readonly<Record<string, unknown>> | undefined;
  /** Asks a probe whose answer is a value, and gives its output. Without it such values stay unknown. */
  readonly ask?: ((provider: ProbeProvider) => Promise<unknown>) | undefined;
}

type Tell = (problem: Problem) => void;

interface Sources {
  /** The experiment's. */
  readonly file: string;
  /** The configurations of the files; the first that has a name says what it is. */
  readonly parts: readonly { readonly configuration: unknown; readonly report: Tell }[];
  readonly secrets: unknown;
  readonly report: Tell;
}

/** A value that a probe gives. */
interface Dynamic {
  readonly name: string;
  readonly provider: ProbeProvider;
  readonly put: (value: unknown) => void;
  readonly wrong: (message: string) => void;
}

/** Resolves configuration and secrets. What does not fit the schema is left to the schema's own message. */
export async function resolveValues(sources: Sources, options: ValueOptions): Promise<Values> {
  const { vars = {}, secretVars = {}, environment = process.env, ask } = options;
  const configuration: Record<string, unknown> = {};
  const secrets: Record<string, Record<string, unknown>> = {};
  const later = new Set<string>();
  const dynamic: Dynamic[] = [];
  const resolve = async (entry: unknown, around: Surroundings, item: Omit<Dynamic, 'provider'>): Promise<void> => {
    const found = await find(entry, around);
    if ('value' in found) item.put(found.value);
    else if ('wrong' in found) item.wrong(found.wrong);
    else dynamic.push({ ...item, provider: found.provider });
  };

  for (const { configuration: entries, report } of [...sources.parts, { configuration: vars, report: refuse }]) {
    for (const [name, entry] of entriesOf(entries)) {
      if (Object.hasOwn(configuration, name) || later.has(name)) continue;
      later.add(name);
      await resolve(
        Object.hasOwn(vars, name) ? vars[name] : entry,
        { environment },
        {
          name,
          wrong: (message) => report({ path: ['configuration', name], message }),
          put: (value) => {
            configuration[name] = value;
            later.delete(name);
          },
        },
      );
    }
  }
  for (const [group, entries] of entriesOf(sources.secrets)) {
    const values: Record<string, unknown> = {};
    secrets[group] = values;
    const given = Object.fromEntries(entriesOf(secretVars[group]));
    for (const [name, entry] of entriesOf(isObject(entries) ? { ...entries, ...given } : {})) {
      await resolve(
        entry,
        { environment, secretsOf: sources.file },
        {
          name,
          wrong: (message) => sources.report({ path: ['secrets', group, name], message }),
          put: (value) => {
            values[name] = value;
          },
        },
      );
    }
  }
  const values = { configuration, secrets, later };
  if (ask !== undefined) await askAll(dynamic, values, ask);
  return values;
}

/** One after the other: each may use the values before it. */
async function askAll(
  dynamic: readonly Dynamic[],
  values: Values,
  ask: NonNullable<ValueOptions['ask']>,
): Promise<void> {
  for (const { name, provider, put, wrong } of dynamic) {
    try {
      const asked = substitute(provider, lookUpIn(values)).value as ProbeProvider;
      put(answerOf(asked, await ask(asked)));
    } catch (error) {
      wrong(`the probe that gives ${name} failed: ${(error as Error).message}`);
    }
  }
}

/** Configuration first, then each group of secrets. */
export const lookUpIn =
  ({ configuration, secrets }: Omit<Values, 'later'>): LookUp =>
  (name) => {
    const place = [configuration, ...Object.values(secrets)].find((values) => Object.hasOwn(values, name));
    return place === undefined ? undefined : { value: place[name] };
  };

/** Configuration only: a secret's name stays in the text, so that the text can be shown. `known`: also without a value. */
export const lookUpShown =
  ({ configuration, secrets, later }: Values, known: ReadonlySet<string>): LookUp =>
  (name) => {
    if (Object.hasOwn(configuration, name)) return { value: configuration[name] };
    const isSecret = Object.values(secrets).some((group) => Object.hasOwn(group, name));
    return isSecret || later.has(name) || known.has(name) ? 'later' : undefined;
  };

/** @throws PadoError ERR_PADO_USAGE for a name that is almost one of the file's; other names are just more values. */
export function checkVars(vars: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of Object.keys(vars)) {
    const near = names.includes(name) ? undefined : nearest(name, names);
    if (near !== undefined) refuse({ message: `the configuration has no ${name}: did you mean \`${near}\`?` });
  }
}

function refuse({ message }: Pick<Problem, 'message'>): never {
  throw new PadoError('ERR_PADO_USAGE', message);
}

const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);
