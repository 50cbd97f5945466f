import { refused } from './problems.ts';

/** Those of Kubernetes have about 1 KiB. */
const maxTokenBytes = 8_192;
const parts = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (isObject(value)) return value;
  } catch {
    // Told below: the parser's own message would quote the token.
  }
  throw refused('the bearer token is no JSON web token');
}

/**
 * What a token says of its own end, in Unix ms; -Infinity when it says nothing. Nothing here is verified: it may shorten
 * how long an answer is believed, and no more. @throws HttpProblem for what cannot be a token, so that nobody is asked
 */
export function endOfToken(token: string): number {
  if (token.length > maxTokenBytes) throw refused(`the bearer token is longer than ${maxTokenBytes} bytes`);
  const [, header = '', payload = ''] = parts.exec(token) ?? [];
  decode(header);
  const { exp } = decode(payload);
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : Number.NEGATIVE_INFINITY;
}
