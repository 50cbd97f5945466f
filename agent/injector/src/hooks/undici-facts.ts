import { plainHost, type RequestFacts } from '../request/facts.ts';
import type { Peer } from './platform-error.ts';

/** The options of a dispatch, as far as they matter here. */
export interface Options {
  readonly origin?: string | URL | null;
  readonly path: string;
  readonly method?: string;
  readonly headers?: unknown;
  readonly body?: unknown;
}

/** A Pool or Client knows its own origin, under a symbol named `url` in every version. */
function originOf(dispatcher: object, opts: Options): URL | undefined {
  const symbol = Object.getOwnPropertySymbols(dispatcher).find((key) => key.description === 'url');
  const origin: unknown = opts.origin ?? (symbol && Reflect.get(dispatcher, symbol));
  if (origin instanceof URL) return origin;
  const text = typeof origin === 'string' ? origin : String(Reflect.get(Object(origin), 'origin'));
  return URL.canParse(text) ? new URL(text) : undefined;
}

export function peerOf(dispatcher: object, opts: Options): Peer {
  const url = originOf(dispatcher, opts);
  if (!url) return { host: '', port: undefined };
  return { host: plainHost(url.hostname), port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) };
}

/** An iterator that is its own iterable can be read once only, and that is for undici to do. */
function isRepeatable(value: object): value is Iterable<unknown> {
  const start: unknown = Reflect.get(value, Symbol.iterator);
  return typeof start === 'function' && Reflect.apply(start, value, []) !== value;
}

/** Headers come flat ([name, value, …]), as pairs, as an object, or as a Headers. */
function headerMap(headers: unknown): Map<string, string> {
  const map = new Map<string, string>();
  const add = (name: unknown, value: unknown): void => {
    if (value !== undefined && value !== null) map.set(String(name).toLowerCase(), String(value));
  };
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    for (let i = 0; i + 1 < headers.length; i += 2) add(headers[i], headers[i + 1]);
  } else if (typeof headers === 'object' && headers !== null) {
    const pairs = isRepeatable(headers) ? headers : Object.entries(headers);
    for (const pair of pairs) if (Array.isArray(pair)) add(pair[0], pair[1]);
  }
  return map;
}

export function undiciFacts(dispatcher: object, opts: Options): RequestFacts {
  let headers: Map<string, string> | undefined;
  let peer: Peer | undefined;
  const at = (): Peer => {
    peer ??= peerOf(dispatcher, opts);
    return peer;
  };
  return {
    method: opts.method ?? 'GET',
    path: opts.path,
    get host() {
      return at().host;
    },
    get port() {
      return at().port;
    },
    header: (name) => {
      headers ??= headerMap(opts.headers);
      return headers.get(name);
    },
  };
}
