import { isAlias, isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml';

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

export interface SyntaxFault extends Position {
  readonly message: string;
}

/** Parses YAML 1.2, and so JSON too. Keys that appear twice are faults. */
export function parseSource(text: string): Source | { readonly faults: readonly SyntaxFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return { faults: document.errors.map((error) => ({ ...at(error.pos[0]), message: sentence(error.message) })) };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return { faults: [{ line: 1, column: 1, message: (error as Error).message }] };
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
  return { value, positionOf: (path) => at(find(path).value), positionOfKey: (path) => at(find(path).key) };
}

const offset = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range[0] : undefined;

/** The parser's messages end in positions of their own or run over several lines; the first sentence says it. */
const sentence = (message: string): string =>
  (message.split('\n', 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
