import type { ServerHttp2Stream } from 'node:http2';
import { safely } from '../host/guard.ts';
import { type Part, Wait } from '../request/wait.ts';

type Done = (error?: Error | null) => void;

/**
 * Holds an HTTP/2 answer from its head on. To the handler the head has been sent; bytes of the body wait below the
 * stream's own buffers, so that back-pressure and `finish` stay what it expects.
 */
export function holdStream(stream: ServerHttp2Stream, parts: readonly Part[]): void {
  const { respond } = stream;
  let held: (() => void)[] | undefined;

  const keep = (work: () => void): void => {
    if (held) held.push(work);
    else work();
  };
  const release = (): void => {
    const works = held ?? [];
    held = undefined;
    for (const key of ['respond', 'headersSent', '_write', '_writev', '_final']) Reflect.deleteProperty(stream, key);
    if (!stream.destroyed) for (const work of works) safely(work);
  };
  const begin = (head: () => void): void => {
    held = [head];
    Object.defineProperty(stream, 'headersSent', { value: true, configurable: true });
    const wait = new Wait(parts, release);
    stream.once('close', () => wait.cancel());
  };
  const { _write, _writev, _final } = stream as unknown as Record<string, (...args: unknown[]) => void>;
  const below =
    (method: ((...args: unknown[]) => void) | undefined) =>
    (...args: unknown[]): void => {
      // A body without a head: node sends the head by itself.
      if (!held && !stream.headersSent) begin(() => respond.call(stream));
      keep(() => method?.apply(stream, args));
    };
  Object.assign(stream, {
    respond: (...args: Parameters<typeof respond>) => begin(() => respond.apply(stream, args)),
    _write: below(_write),
    _writev: below(_writev),
    _final: (done: Done) => (held ? held.push(() => _final?.call(stream, done)) : _final?.call(stream, done)),
  });
}
