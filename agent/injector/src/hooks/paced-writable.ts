import type { Writable } from 'node:stream';
import type { Undo } from '../host/patch.ts';
import type { Throttle } from '../request/rule.ts';
import { Pacer } from './pacer.ts';

type Done = (error?: Error | null) => void;
interface Piece {
  readonly chunk: string | Uint8Array;
  readonly encoding: BufferEncoding | 'buffer';
}

export const bytesOf = (chunk: unknown, encoding?: unknown): Buffer => {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : 'utf8');
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array);
};

/** One buffer for what a stream hands on, in one piece or in several. */
export const bytesOfPieces = (pieces: readonly Piece[]): Buffer =>
  Buffer.concat(pieces.map(({ chunk, encoding }) => bytesOf(chunk, encoding)));

/**
 * Slows one stream down, below its buffering: back-pressure, `drain`, `finish` and callbacks stay its own. Undone, the
 * methods are the inherited ones again; what is still on its way keeps its pace until the rule is over.
 */
export function paceWrites(stream: Writable, throttle: Throttle): Undo {
  const write = stream._write;
  const pacer = new Pacer(throttle, (chunk, sent) => {
    if (stream.destroyed || chunk === null || chunk.length === 0) {
      sent?.();
      return;
    }
    // The slices are written one by one; only the last one's callback is the stream's.
    write.call(stream, chunk, 'buffer' as BufferEncoding, (error) => {
      if (error) stream.destroy(error);
      sent?.();
    });
  });
  const pace = (bytes: Buffer, done: Done): void => pacer.add(bytes, () => done());
  const cancel = (): void => pacer.cancel();
  stream._write = (chunk, encoding, done) => pace(bytesOf(chunk, encoding), done);
  stream._writev = (pieces, done) => pace(bytesOfPieces(pieces as readonly Piece[]), done);
  stream.once('close', cancel);
  return () => {
    Reflect.deleteProperty(stream, '_write');
    Reflect.deleteProperty(stream, '_writev');
    stream.off('close', cancel);
  };
}
