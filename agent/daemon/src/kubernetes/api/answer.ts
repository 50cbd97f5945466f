import type { IncomingMessage } from 'node:http';
import { KubeError } from './kube-api.ts';

/** What the API server says about a failure (metav1.Status). */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

const defaultMaxBytes = 64 << 20;
/** An error's text is for people; more than this tells them nothing. */
const maxErrorBytes = 256 << 10;

/** @throws KubeError TooLarge, or the stream's own error */
async function bodyOf(response: IncomingMessage, where: string, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new KubeError(0, 'TooLarge', `${where}: the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function parseJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new KubeError(0, 'BadAnswer', `${where}: the answer is not JSON`, { cause });
  }
}

/** Only whole seconds: the API server uses no other form. */
function retryAfterMs(response: IncomingMessage, status: Status): number | undefined {
  const header = response.headers['retry-after'];
  const seconds = header !== undefined && /^\d+$/.test(header) ? Number(header) : status.details?.retryAfterSeconds;
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

function statusIn(text: string): Status {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // A proxy before the API server answers in its own words.
  }
  return { message: text.trim().slice(0, 1_000) };
}

/** Returns if the answer is a success. @throws KubeError with what the server says about its failure */
export async function assertSuccess(response: IncomingMessage, where: string): Promise<void> {
  const code = response.statusCode ?? 0;
  if (code >= 200 && code < 300) return;
  const status = statusIn(await bodyOf(response, where, maxErrorBytes));
  const after = retryAfterMs(response, status);
  throw new KubeError(
    code,
    status.reason ?? '',
    `${where}: ${status.message || `the API server answered ${code}`}`,
    after === undefined ? {} : { retryAfterMs: after },
  );
}

/** The answer's JSON; undefined when it has no body. */
export async function readAnswer<T>(response: IncomingMessage, where: string, maxBytes = defaultMaxBytes): Promise<T> {
  await assertSuccess(response, where);
  const text = await bodyOf(response, where, maxBytes);
  return text === '' ? (undefined as T) : parseJson<T>(text, where);
}
