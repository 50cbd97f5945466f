import type { Socket } from 'node:net';
import { startImmediate } from '../host/clock.ts';
import { safely } from '../host/guard.ts';
import { load } from '../host/load.ts';
import { patch, type Undo } from '../host/patch.ts';
import { holdsBack, type Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import { isExemptConnect } from './exempt.ts';
import type { Decide, Hook } from './index.ts';
import { bytesOf, bytesOfPieces } from './paced-writable.ts';
import { openError, type Peer, platformError } from './platform-error.ts';
import { connectFacts, connectOptions, remember, socketFacts } from './tcp-facts.ts';
import { Line } from './tcp-line.ts';

type Done = (error?: Error | null) => void;

/** Until `go`, the socket is what it is while it connects; one that is destroyed meanwhile never begins. */
function connectLater(socket: Socket, plan: Plan, peer: Peer, go: () => void): void {
  (socket as unknown as { connecting: boolean }).connecting = true;
  const { outcome } = plan;
  const onClose = (): void => wait?.cancel();
  const next = (): void => {
    socket.off('close', onClose);
    if (socket.destroyed) return;
    if (outcome?.kind === 'abort') socket.destroy(platformError(outcome.code, peer));
    else go();
  };
  socket.once('close', onClose);
  const parts = [...plan.before, ...plan.after];
  const wait = parts.length > 0 ? new Wait(parts, next) : undefined;
  if (!wait) startImmediate(next);
}

/**
 * Outbound TCP connections of any protocol, at node:net's own methods, which TLS inherits: those that are made, and
 * those that have long been open. Unix sockets, accepted connections and the agent's channel are not touched.
 */
export function tcpHook(decide: Decide): Hook {
  const lines = new Map<Socket, Line>();
  let undos: Undo[] = [];

  /** The line of a socket of the host's own; undefined for any other. What is not fresh has been looked at before. */
  const begin = (socket: Socket): { line: Line; plan: Plan | undefined } | undefined => {
    const known = lines.get(socket);
    if (known && !known.isFresh) return { line: known, plan: undefined };
    const facts = safely(() => socketFacts(socket));
    if (!facts) return undefined;
    const line = known ?? new Line(socket, () => lines.delete(socket));
    lines.set(socket, line);
    const plan = decide(() => facts);
    line.begin(plan);
    return { line, plan };
  };

  const connect: Parameters<typeof patch>[2] = (original, self, args) => {
    const go = (): unknown => Reflect.apply(original, self, args);
    const socket = self as Socket;
    const options = safely(() => connectOptions(args));
    if (!options || isExemptConnect(options.given)) return go();
    const facts = connectFacts(options);
    safely(() => remember(socket, options.host ?? ''));
    const plan = decide(() => facts);
    if (!plan || !holdsBack(plan)) return go();
    connectLater(socket, plan, facts, go);
    return socket;
  };

  const write: Parameters<typeof patch>[2] = (original, self, args) => {
    const go = (): unknown => Reflect.apply(original, self, args);
    const socket = self as Socket;
    if (socket.connecting || socket.destroyed) return go();
    const [isMany, data, encoding, done] = args as [boolean, unknown, unknown, Done];
    const begun = begin(socket);
    if (!begun) return go();
    const { line, plan } = begun;
    if (plan?.outcome?.kind === 'abort') {
      const error = openError(plan.outcome.code);
      const fail = (): void => {
        socket.destroy(error);
        done(error);
      };
      if (plan.before.length > 0) new Wait(plan.before, fail);
      else fail();
      return undefined;
    }
    line.send(
      plan?.before ?? [],
      go,
      () => (isMany ? bytesOfPieces(data as never) : bytesOf(data, encoding)),
      (bytes, sent) => Reflect.apply(original, self, [false, bytes, 'buffer', sent]),
      done,
    );
    return undefined;
  };

  const push: Parameters<typeof patch>[2] = (original, self, args) => {
    const line = lines.get(self as Socket);
    const taken = line?.receive(args[0], (chunk) => Boolean(Reflect.apply(original, self, [chunk])));
    return taken ? taken.more : Reflect.apply(original, self, args);
  };

  return {
    scan: () => {
      if (undos.length > 0) return;
      const { prototype } = (load('node:net') as typeof import('node:net')).Socket;
      undos = [
        patch(prototype, 'connect', connect),
        patch(prototype, '_writeGeneric', write),
        patch(prototype, 'push', push),
      ];
    },
    remove: () => {
      for (const undo of undos) undo();
      undos = [];
      for (const line of lines.values()) line.leave();
      lines.clear();
    },
  };
}
