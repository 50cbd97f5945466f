import type { ServerResponse } from 'node:http';
import { type Part, Wait } from '../request/wait.ts';

/** What node:http keeps on every OutgoingMessage, 18 to 24; it is how pipelined answers wait for their turn. */
interface Output {
  _writeRaw(data: string | Uint8Array, encoding?: unknown, callback?: unknown, size?: number): boolean;
  _flush(): void;
}

/**
 * Holds an answer from its first byte on. The response keeps its output as it does for a pipelined answer whose turn
 * has not come, so that headersSent, back-pressure and `finish` stay what the handler expects.
 */
export function holdAnswer(res: ServerResponse, parts: readonly Part[]): void {
  const output = res as unknown as Output;
  const original = output._writeRaw;
  let wait: Wait | undefined;
  const release = (): void => {
    Reflect.deleteProperty(output, '_writeRaw');
    const socket = res.socket;
    if (!socket || socket.destroyed) return;
    Reflect.set(socket, '_httpMessage', res);
    output._flush();
  };
  output._writeRaw = function (...args) {
    const socket = res.socket;
    if (!socket || socket.destroyed) return original.apply(this, args);
    if (!wait) {
      wait = new Wait(parts, release);
      res.once('close', () => wait?.cancel());
    }
    // A socket whose current message is another one makes the response keep its output.
    Reflect.set(socket, '_httpMessage', undefined);
    try {
      return original.apply(this, args);
    } finally {
      Reflect.set(socket, '_httpMessage', res);
    }
  };
}
