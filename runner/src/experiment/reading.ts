import { nearest, type Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { lookUpIn, lookUpShown, type Values } from './configuration.ts';
import type { Path } from './source.ts';
import { type LookUp, type Substituted, substitute } from './substitute.ts';
import { isForeign, type Tolerated, tolerate } from './tolerate.ts';

/** A document with its names replaced. */
export interface Reading {
  /** As written, with secrets hidden: for the journal. */
  readonly whole: unknown;
  /** Without the fields that are ignored; this is what is checked. A secret's name stands for its value. */
  readonly visible: unknown;
  /** The same with the secrets' values in it. */
  readonly full: unknown;
  /** Texts whose names have no value yet, or none at all: what they will be cannot be checked. */
  readonly unsettled: readonly Path[];
  readonly problems: readonly Problem[];
  /** Fields that are there, misspelt. */
  readonly meant: readonly Path[];
  readonly ignored: readonly Problem[];
}

/** `known`: names of configuration and secrets, with or without a value; `lenient`: what nobody knows is ignored. */
export function readDocument(
  document: unknown,
  values: Values,
  { known, lenient }: { readonly known: ReadonlySet<string>; readonly lenient: boolean },
): Reading {
  const sift = lenient ? tolerate : strict;
  const { value, unknown, later } = substituteAround(document, lookUpShown(values, known));
  const tolerated = sift(value);
  const hasSecrets = Object.keys(values.secrets).length > 0;
  const full = hasSecrets ? sift(substituteAround(document, lookUpIn(values)).value).value : tolerated.value;
  const strangers = unknown.map(({ name, path }) => ({ path, ...judge(document, path, name, [...known]) }));
  return {
    whole: isObject(value) && isObject(value.secrets) ? { ...value, secrets: hidden(value.secrets) } : value,
    visible: tolerated.value,
    full,
    unsettled: [...later, ...unknown.map(({ path }) => path)],
    problems: [...tolerated.problems, ...strangers.filter(({ wrong }) => wrong)],
    meant: tolerated.meant,
    ignored: [...tolerated.ignored, ...strangers.filter(({ wrong, told }) => !wrong && told)],
  };
}

const strict = (value: unknown): Tolerated => ({ value, problems: [], meant: [], ignored: [] });

/** Configuration and secrets are not substituted: their values would otherwise depend on their order. */
function substituteAround(document: unknown, lookUp: LookUp): Substituted {
  if (!isObject(document)) return substitute(document, lookUp);
  const { configuration, secrets, ...rest } = document;
  const result = substitute(rest, lookUp);
  // The order of the file is kept: the journal shows the document.
  const value = Object.fromEntries(
    Object.keys(document).map((key) => [
      key,
      key === 'configuration' || key === 'secrets' ? document[key] : (result.value as typeof rest)[key],
    ]),
  );
  return { ...result, value };
}

/**
 * Chaos Toolkit leaves unknown names to whom they are for, such as a shell; in its own parts of a file so do we, unless
 * the name looks like a known one. In prose and in the extensions of others anything may stand.
 */
function judge(
  document: unknown,
  path: Path,
  name: string,
  names: readonly string[],
): { readonly message: string; readonly wrong: boolean; readonly told: boolean } {
  const near = nearest(name, names);
  const remedy =
    near !== undefined
      ? `did you mean \${${near}}?`
      : `configuration has ${names.length === 0 ? 'no values' : names.join(', ')}`;
  const message = `\${${name}} is not in configuration: ${remedy}`;
  const [top] = path;
  if (top === 'description' || top === 'contributions') return { message, wrong: false, told: false };
  let at: unknown = document;
  for (const step of path) {
    if (isForeign(at) || (isObject(at) && isForeign(at.provider))) {
      const misspelt = near !== undefined && near.toLowerCase() !== name.toLowerCase();
      return { message: misspelt ? message : `${message}; left as it is`, wrong: misspelt, told: true };
    }
    at = (at as Record<string | number, unknown> | undefined)?.[step];
    if (top === 'extensions' && isObject(at) && 'name' in at && at.name !== 'pado') {
      return { message, wrong: false, told: false };
    }
  }
  return { message, wrong: true, told: true };
}

/** Where secrets come from may be seen, what they are may not. */
function hidden(secrets: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(secrets).map(([key, value]) => {
      if (!isObject(value)) return [key, '***'];
      const { default: fallback, ...source } = value;
      if (!['env', 'file', 'probe', 'vault'].includes(String(value.type))) return [key, hidden(value)];
      return [key, fallback === undefined ? source : { ...source, default: '***' }];
    }),
  );
}
