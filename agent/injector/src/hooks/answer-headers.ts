import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Answer } from '../request/rule.ts';

const isValid = (name: string, value: string): boolean => {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
};

/** The headers of an injected answer, names in lower case; what cannot be sent, or would break the framing, is left out. */
export function answerHeaders(answer: Answer): Map<string, string> {
  const headers = new Map([['content-length', String(Buffer.byteLength(answer.body))]]);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    const key = name.toLowerCase();
    if (key !== 'transfer-encoding' && key !== 'content-length' && isValid(key, value)) headers.set(key, value);
  }
  return headers;
}
