import { isObject } from '../is-object.ts';

/** Values as Python compares them, where JSON's types meet: chaoslib's tolerances mean these. */

/** Python's `==`: True is 1, lists and maps by their contents, and a text is never a number. */
export function equals(a: unknown, b: unknown): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equals(item, b[index]));
  if (isObject(a)) {
    if (!isObject(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]))
    );
  }
  return plain(a) === plain(b);
}

/** Python's `lowest <= value <= highest`; false where Python has no order, as between a text and a number. */
export function between(value: unknown, lowest: unknown, highest: unknown): boolean {
  const [a, b, c] = [plain(lowest), plain(value), plain(highest)];
  if (typeof a === 'number' && typeof b === 'number' && typeof c === 'number') return a <= b && b <= c;
  return typeof a === 'string' && typeof b === 'string' && typeof c === 'string' && a <= b && b <= c;
}

const decimal = /^[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[+-]?\d+)?$/i;

/** The number that `Decimal(value)` gives: of a number, of true (1), of a text such as ` 12.5\n`; else undefined. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return decimal.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

const plain = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);
