import type { Path } from './source.ts';

/** An experiment's own depth is about 12; arguments of a provider may add some. */
const mostDeep = 60;
/** Aliases count as often as they are used. */
const mostValues = 100_000;

/** Where a document is deeper or larger than any experiment; undefined when it is not. Ends for circles too. */
export function limit(document: unknown): { readonly path: Path; readonly message: string } | undefined {
  let count = 0;
  const look = (value: unknown, path: Path): ReturnType<typeof limit> => {
    count += 1;
    if (count > mostValues) return { path: [], message: `it holds more than ${mostValues} values` };
    if (typeof value !== 'object' || value === null) return undefined;
    if (path.length >= mostDeep) return { path, message: `it is nested more than ${mostDeep} levels deep` };
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, item] of entries) {
      const found = look(item, [...path, key]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return look(document, []);
}
