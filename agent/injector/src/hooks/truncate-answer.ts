import { safely } from '../host/guard.ts';
import type { Truncation } from '../request/rule.ts';
import { bytesOf } from './paced-writable.ts';

type Callback = (error?: Error | null) => void;
type Write = (chunk: unknown, encoding?: unknown, done?: unknown) => boolean;

/** What an answer of HTTP/1 and a stream of HTTP/2 have in common here. */
export interface Truncatable {
  write: Write;
  end: (...args: unknown[]) => unknown;
}

export interface Ends {
  /** The whole length is known before the first byte: the client can then see that bytes are missing. */
  readonly announce: (bytes: number) => void;
  /** All that may leave has left: sends the head if nothing was sent, and breaks the connection. */
  readonly break: () => void;
}

const callbackIn = (args: readonly unknown[]): Callback | undefined =>
  args.find((arg): arg is Callback => typeof arg === 'function');

/** Lets exactly so many bytes of a body through. An answer that is no longer than that is whole. */
export function truncateAnswer(answer: Truncatable, { rule, afterBytes }: Truncation, ends: Ends): void {
  const { write, end } = answer;
  let left = afterBytes;
  let isCut = false;

  const cut = (bytes: Buffer): void => {
    isCut = true;
    rule.evidence.applied += 1;
    if (left > 0) write.call(answer, bytes.subarray(0, left), undefined, ends.break);
    else ends.break();
  };
  /** True when the bytes may pass as they are. */
  const passes = (bytes: Buffer): boolean => {
    if (rule.revoked || !rule.inForce()) return true;
    if (bytes.length > left) return false;
    left -= bytes.length;
    return true;
  };

  answer.write = (chunk, ...rest) => {
    if (isCut) return true;
    const bytes = safely(() => bytesOf(chunk, rest[0]));
    if (!bytes || passes(bytes)) return write.call(answer, chunk, ...rest);
    cut(bytes);
    // The rest of the body goes nowhere, as into a socket whose far end is gone.
    callbackIn(rest)?.();
    return true;
  };
  answer.end = (...args) => {
    if (isCut) return answer;
    const [chunk, encoding] = args;
    const hasBody = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    const bytes = hasBody ? safely(() => bytesOf(chunk, encoding)) : undefined;
    if (!bytes || passes(bytes)) return end.apply(answer, args);
    ends.announce(bytes.length);
    cut(bytes);
    return answer;
  };
}
