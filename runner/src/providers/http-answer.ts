import type { Readable } from 'node:stream';

/** As the server wrote their names; of a header that comes more than once the values are joined. */
export function toHeaders(raw: readonly (string | Buffer)[]): Record<string, string> {
  const headers = new Map<string, [string, string]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [String(raw[i]), String(raw[i + 1])];
    const [first, before] = headers.get(name.toLowerCase()) ?? [name];
    headers.set(name.toLowerCase(), [first, before === undefined ? value : `${before}, ${value}`]);
  }
  return Object.fromEntries(headers.values());
}

export const headerOf = (headers: Readonly<Record<string, string>>, wanted: string): string | undefined =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];

/** @returns undefined when it is longer than the limit, in bytes. */
export async function readBody(stream: Readable, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > limit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/**
 * Parsed when the content type is exactly application/json, as in chaoslib; with a charset behind it, chaoslib keeps the
 * text, and so does this: a JSONPath reads either. What should be JSON and is not stays text.
 */
export function toValue(body: Buffer, contentType = '', read: 'auto' | 'text' = 'auto'): unknown {
  const text = toText(body, contentType);
  if (read === 'text' || contentType !== 'application/json') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toText(body: Buffer, contentType: string): string {
  const charset = /charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return body.toString('latin1');
  }
}
