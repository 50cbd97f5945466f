import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../is-object.ts';
import type { CallContext } from '../providers/provider.ts';
import { replaceSecrets, secretTexts } from '../providers/redact.ts';

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
 */
export function concealer({ secrets }: Pick<CallContext, 'secrets'>): <T>(value: T) => T {
  const known = secretTexts(secrets);
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return replaceSecrets(value, known, (name) => `\${${name}}`);
    if (Array.isArray(value)) return value.map(conceal);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item)]));
  };
  return known.length === 0 ? (value) => value : <T>(value: T) => conceal(value) as T;
}
