import { PadoError } from '@pado/fault';
import { isObject } from '../is-object.ts';

export interface Body {
  readonly body?: string;
  readonly contentType?: string;
}

/** The URL with the arguments in its query, as `requests` adds them; a text goes in as it is. */
export function withQuery(url: URL, args: unknown): URL {
  const query = encode(args);
  if (query === '') return url;
  const result = new URL(url);
  result.search = [url.search.slice(1), query].filter((part) => part !== '').join('&');
  return result;
}

/** A form, or JSON where the request's content type says so; a text is sent as it is, but as JSON it is quoted. */
export function toBody(args: unknown, contentType: string | undefined): Body {
  if (args === undefined || args === null) return {};
  if (contentType !== undefined && /^application\/json\b/i.test(contentType)) return { body: JSON.stringify(args) };
  const body = encode(args);
  if (body === '') return {};
  return typeof args === 'string' ? { body } : { body, contentType: 'application/x-www-form-urlencoded' };
}

/** As `requests` encodes: a list repeats its name, null is left out, true is `True`. */
function encode(args: unknown): string {
  if (args === undefined || args === null) return '';
  if (typeof args === 'string') return args;
  const pairs = Array.isArray(args) ? args : isObject(args) ? Object.entries(args) : undefined;
  if (pairs?.every((pair) => Array.isArray(pair) && pair.length === 2) !== true)
    throw new PadoError(
      'ERR_PADO_INVALID',
      'the arguments of http must be a map, a text or, with the header Content-Type: application/json, any JSON',
    );
  const form = new URLSearchParams();
  for (const [name, value] of pairs as readonly (readonly [unknown, unknown])[])
    for (const item of Array.isArray(value) ? value : isObject(value) ? Object.keys(value) : [value])
      if (item !== null && item !== undefined) form.append(String(name), asText(item));
  return form.toString();
}

const asText = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : isObject(value) ? JSON.stringify(value) : String(value);
