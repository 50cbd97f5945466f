import { findAll } from './jsonpath.ts';

/**
 * All values that a path finds as jsonpath2 does, the library of Chaos Toolkit. It differs from RFC 9535 in its words
 * (`=`, `and`, `or`, `not`, a last `.length()`) and in filters: `[?(…)]` tests the value before it, so that its users
 * write `items[*][?(…)]`. Of a list the elements are tested, as the standard has it: a list itself has no names.
 */
export function findByPath(path: string, value: unknown): unknown[] {
  const [, counted] = /^(.*)\.length\(\)$/s.exec(path.trim()) ?? [];
  if (counted !== undefined) return findByPath(counted, value).flatMap(lengthOf);
  return partsOf(inRfcWords(path)).reduce<unknown[]>(
    (values, part) => values.flatMap((one) => (part.startsWith('[?') ? filter(part, one) : findAll(`$${part}`, one))),
    [value],
  );
}

/** What is wrong with a path; undefined when it can be evaluated. */
export function problemOfPath(path: string): string | undefined {
  if (!path.trim().startsWith('$')) return 'a JSONPath starts with $';
  try {
    for (const part of partsOf(inRfcWords(path.trim().replace(/\.length\(\)$/, '')))) findAll(`$${part}`, null);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0];
  }
}

const filter = (part: string, value: unknown): unknown[] => findAll(`$${part}`, Array.isArray(value) ? value : [value]);

function lengthOf(value: unknown): number[] {
  if (typeof value === 'string' || Array.isArray(value)) return [value.length];
  return typeof value === 'object' && value !== null ? [Object.keys(value).length] : [];
}

/** The path without its `$`, cut before and after each filter; `..[?(…)]` stays, for it tests every descendant. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  let rest = '';
  for (const segment of segmentsOf(path.trim().replace(/^\$/, ''))) {
    if (segment.startsWith('[?') && !rest.endsWith('..')) {
      if (rest !== '') parts.push(rest);
      parts.push(segment);
      rest = '';
    } else rest += segment;
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest];
}

/** Brackets with what is in them, and what lies between. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let segment = '';
  for (const [token] of path.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\s\S]/g)) {
    if (token === '[' && depth++ === 0 && segment !== '') {
      segments.push(segment);
      segment = '';
    }
    segment += token;
    if (token === ']' && --depth === 0) {
      segments.push(segment);
      segment = '';
    }
  }
  return segment === '' ? segments : [...segments, segment];
}

const words: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' };

/** Within filters only, and outside of texts. */
const inRfcWords = (path: string): string =>
  segmentsOf(path)
    .map((segment) =>
      segment.startsWith('[?')
        ? segment.replace(
            /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![=!<>~])=(?![=~])|(?<=[\s()])(?:and|or|not)(?=[\s(])/g,
            (token) => (token === '=' ? '==' : (words[token] ?? token)),
          )
        : segment,
    )
    .join('');
