import { isObject } from '../is-object.ts';
import type { Path } from './source.ts';

/** A value, or `later` for a name that is known and stays as it is written for now; undefined for an unknown name. */
export type LookUp = (name: string) => { readonly value: unknown } | 'later' | undefined;

export interface Substituted {
  readonly value: unknown;
  /** Names in `${}` that nobody knows, and where. */
  readonly unknown: readonly { readonly name: string; readonly path: Path }[];
  /** Texts that still hold a name: what they will be cannot be checked yet. */
  readonly later: readonly Path[];
}

/** As Python's string.Template: `$$` is one `$`, `$name` and `${name}` are names. */
const token = /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([^{}$]*)\})/g;
const onlyToken = /^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([^{}$]*)\})$/;

/**
 * Puts values in place of `${name}`. A text that is nothing but one name takes the value's type, so that
 * `value: ${limit}` is a number; within a longer text it is written out. `$name` counts only where the name is known:
 * `$__range` belongs to the query.
 */
export function substitute(document: unknown, lookUp: LookUp): Substituted {
  const unknown: { name: string; path: Path }[] = [];
  const later: Path[] = [];

  const find = (name: string, braced: boolean, path: Path): { readonly value: unknown } | undefined => {
    const found = lookUp(name);
    if (found === 'later') later.push(path);
    else if (found === undefined && braced) unknown.push({ name, path });
    return found === 'later' ? undefined : found;
  };
  const text = (value: string, path: Path): unknown => {
    const [whole, bare, braced] = onlyToken.exec(value) ?? [];
    if (whole !== undefined) {
      const found = find(bare ?? braced ?? '', bare === undefined, path);
      return found === undefined ? value : found.value;
    }
    return value.replace(token, (part: string, dollar?: string, name?: string, inBraces?: string) => {
      if (dollar !== undefined) return dollar;
      const found = find(name ?? inBraces ?? '', name === undefined, path);
      return found === undefined ? part : written(found.value);
    });
  };
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return value.includes('$') ? text(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(document, []), unknown, later };
}

const written = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
