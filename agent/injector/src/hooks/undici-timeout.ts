import type { Options } from './undici-facts.ts';

/** What a Client is by default. */
const defaultMs = 300_000;

const numberAt = (value: unknown, key: PropertyKey): number | undefined => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'number' ? found : undefined;
};

/** How long a request waits for the headers of its answer; 0 is without end. A Client knows it, a Pool or Agent hands it on. */
export function headersTimeoutOf(dispatcher: object, opts: Options): number {
  const own = numberAt(opts, 'headersTimeout');
  if (own !== undefined) return own;
  for (const symbol of Object.getOwnPropertySymbols(dispatcher)) {
    const ms =
      symbol.description === 'headers timeout'
        ? numberAt(dispatcher, symbol)
        : symbol.description === 'options'
          ? numberAt(Reflect.get(dispatcher, symbol), 'headersTimeout')
          : undefined;
    if (ms !== undefined) return ms;
  }
  return defaultMs;
}
