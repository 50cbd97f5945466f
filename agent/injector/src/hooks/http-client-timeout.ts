import type { ClientRequest } from 'node:http';
import { guarded, safely } from '../host/guard.ts';
import { patch } from '../host/patch.ts';
import type { Peer } from './platform-error.ts';
import { StandInSocket } from './stand-in-socket.ts';

type Listener = (socket: unknown) => void;

/**
 * A caller's timeouts begin when the request gets its socket: node:http's own, and those of libraries (axios). While a
 * request waits they see a stand-in on which nothing comes, so that a slow or dead peer is what they time out on. The
 * listeners stay where they are, for the real socket is still to come. Returns the undo.
 */
export function keepTimeouts(req: ClientRequest, peer: Peer & { encrypted: boolean }): () => void {
  const socket = new StandInSocket(peer, () => {});
  let isOver = false;
  socket.on(
    'timeout',
    guarded(() => {
      if (!isOver) req.emit('timeout');
    }),
  );
  const undo = patch(req, 'setTimeout', (original, self, args) => {
    const result = Reflect.apply(original, self, args);
    if (!isOver) safely(() => socket.setTimeout(Number(args[0])));
    return result;
  });
  const timeout: unknown = Reflect.get(req, 'timeout');
  if (typeof timeout === 'number') socket.setTimeout(timeout);
  // Callers listen after they have made the request.
  process.nextTick(
    guarded(() => {
      if (isOver) return;
      for (const listener of req.rawListeners('socket')) {
        const own: unknown = Reflect.get(listener, 'listener');
        safely(() => Reflect.apply((typeof own === 'function' ? own : listener) as Listener, req, [socket]));
      }
    }),
  );
  return () => {
    if (isOver) return;
    isOver = true;
    undo();
    socket.destroy();
  };
}
