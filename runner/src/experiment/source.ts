import type { Problem } from '@pado/fault';
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type ScalarTag,
  visit,
} from 'yaml';
import { limit } from './source-limits.ts';

export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed file that can still say where each value stands. */
export interface Source {
  readonly value: unknown;
  /** Where the value at a path begins, or the nearest thing around it. */
  readonly positionOf: (path: Path) => Position;
  /** Where the key of the value at a path begins: for fields that should not be there. */
  readonly positionOfKey: (path: Path) => Position;
}

/** Where a problem is to be pointed at: at a field that should not be there, or at a value that should be another. */
export const placeOf = ({ positionOf, positionOfKey }: Source, { path, atKey = false }: Problem): Position =>
  atKey ? positionOfKey(path) : positionOf(path);

export interface SyntaxFault extends Position {
  readonly message: string;
}

/** A parser that has lost its way finds something in every line. */
const mostFaults = 10;

/** As YAML 1.1 has it, and so Chaos Toolkit: `background: yes` is true. */
const words: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (value) => typeof value === 'boolean',
  test: /^(?:yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|on)$/i.test(text),
};

/**
 * Parses YAML 1.2, and so JSON too, with the words and merge keys of 1.1. Keys that appear twice are faults, and so is
 * what is too deep or too much to be an experiment.
 */
export function parseSource(text: string): Source | { readonly faults: readonly SyntaxFault[] } {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      merge: true,
      customTags: (tags) => [words, ...tags],
    });
  } catch (error) {
    return { faults: [{ line: 1, column: 1, message: depth(error) }] };
  }
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    const told = document.errors.slice(0, mostFaults);
    return { faults: told.map((error) => ({ ...at(error.pos[0]), message: sentence(error.message) })) };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return { faults: [{ ...at(unresolvedAlias(document) ?? 0), message: depth(error) }] };
  }

  /** The offsets of key and value at a path; where the path leaves the file, those of the last thing on it. */
  const find = (path: Path): { key: number; value: number } => {
    let node: unknown = document.contents;
    let found = { key: offset(node) ?? 0, value: offset(node) ?? 0 };
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (!isCollection(node)) break;
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
        : undefined;
      const next: unknown = isMap(node) ? pair?.value : node.get(step, true);
      const start = offset(pair?.key) ?? offset(next);
      if (start === undefined) break;
      found = { key: start, value: offset(next) ?? start };
      node = next;
    }
    return found;
  };
  const excess = limit(value);
  if (excess !== undefined) {
    return { faults: [{ ...at(find(excess.path).value), message: excess.message }] };
  }
  return { value, positionOf: (path) => at(find(path).value), positionOfKey: (path) => at(find(path).key) };
}

/** The parser's own stack is its limit. */
const depth = (error: unknown): string => sentence((error as Error).message);

function unresolvedAlias(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document) !== undefined) return undefined;
      found = offset(node);
      return visit.BREAK;
    },
  });
  return found;
}

const offset = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range[0] : undefined;

/** The parser's messages end in positions of their own or run over several lines; the first sentence says it. */
function sentence(message: string): string {
  if (message.includes('call stack') || message.includes('Stack overflow')) return 'it is nested too deeply';
  if (message.includes('multiple documents')) return 'another document begins here: an experiment is a file of its own';
  return (message.split('\n', 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').slice(0, 200);
}
