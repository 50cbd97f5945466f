import { isDeepStrictEqual } from 'node:util';
import { isObject } from './substitute.ts';

/** A symbol: JSON leaves it out, and a copy by spread keeps it. */
const asShown = Symbol('as shown');

/** Fields in which secrets have their place; names and titles never take one. */
const secretFields = ['provider', 'tolerance', 'pauses', 'timeout', 'configuration', 'secrets', 'env'];

/** An item with the values of secrets where it may have them; `shown` gives back the form without. */
export function withSecrets<T extends object>(visible: T, full: unknown): T {
  if (!isObject(full) || isDeepStrictEqual(visible, full)) return visible;
  const fields = Object.entries(full).filter(([key]) => secretFields.includes(key));
  return { ...visible, ...Object.fromEntries(fields), [asShown]: visible };
}

/** An activity (or a stop condition) as the journal, events and messages may have it: `${name}` for a secret's value. */
export const shown = <T extends object>(item: T): T => (item as { readonly [asShown]?: T })[asShown] ?? item;

/**
 * Puts `${name}` in place of every secret's value in texts that came back from outside: outputs, errors, queries.
 * Values shorter than 4 characters stay: they would be found everywhere.
 */
export function concealer({ secrets }: { readonly secrets: Secrets }): <T>(value: T) => T {
  const names = Object.values(secrets).flatMap((group) => Object.entries(group).flatMap(texts));
  // The longest first: a secret may be part of another.
  names.sort(([, one], [, other]) => other.length - one.length);
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return names.reduce((text, [name, secret]) => replaced(text, name, secret), value);
    if (Array.isArray(value)) return value.map(conceal);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item)]));
  };
  return names.length === 0 ? (value) => value : <T>(value: T) => conceal(value) as T;
}

type Secrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const shortest = 4;

/** Within a URL a secret is written with escapes. */
const replaced = (text: string, name: string, secret: string): string =>
  [secret, encodeURIComponent(secret)].reduce((rest, form) => rest.replaceAll(form, () => `\${${name}}`), text);

function texts([name, value]: readonly [string, unknown]): (readonly [string, string])[] {
  if (isObject(value)) return Object.values(value).flatMap((inner) => texts([name, inner]));
  return typeof value === 'string' && value.length >= shortest ? [[name, value]] : [];
}
