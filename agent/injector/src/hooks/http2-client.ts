import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { safely } from '../host/guard.ts';
import { patch, type Undo } from '../host/patch.ts';
import { farSide, plainHost, type RequestFacts } from '../request/facts.ts';
import { holdsBack, type Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import type { Decide, Hook } from './index.ts';
import { loadedHttp2 } from './loaded.ts';
import { openError } from './platform-error.ts';

const symbolNamed = (object: object, name: string): symbol | undefined =>
  Object.getOwnPropertySymbols(object).find(({ description }) => description === name);

const socketOf = (session: ClientHttp2Session): Socket | undefined => {
  const symbol = symbolNamed(session, 'socket');
  return symbol === undefined ? undefined : (Reflect.get(session, symbol) as Socket | undefined);
};

/** The class is not exported; a session that never connects shows it. */
function sessionPrototype(): object | undefined {
  const http2 = loadedHttp2();
  if (!http2) return undefined;
  const session = http2.connect('http://localhost', { createConnection: () => new PassThrough() });
  session.on('error', () => {});
  session.destroy();
  return Object.getPrototypeOf(session) as object;
}

function peerOf(session: ClientHttp2Session, socket: Socket): RequestFacts {
  const address = plainHost(socket.remoteAddress ?? '');
  const authority = symbolNamed(session, 'authority');
  const origin = `http://${authority === undefined ? '' : String(Reflect.get(session, authority))}`;
  const host = URL.canParse(origin) ? plainHost(new URL(origin).hostname) : address;
  return farSide({ host, port: socket.remotePort }, address);
}

/**
 * Calls the real `request` and keeps back its last step, which hands the stream to the connection: node keeps it back
 * by itself while a session connects. Returns the stream and that step.
 */
function prepare(
  session: ClientHttp2Session,
  request: () => unknown,
): { stream: ClientHttp2Stream; start: () => void } | undefined {
  const pending = symbolNamed(session, 'kPendingRequestCalls');
  if (pending === undefined || session.connecting) return undefined;
  const before: unknown = Reflect.get(session, pending);
  Reflect.set(session, pending, []);
  Object.defineProperty(session, 'connecting', { value: true, configurable: true });
  try {
    const stream = request() as ClientHttp2Stream;
    const [start] = Reflect.get(session, pending) as (() => void)[];
    return start && { stream, start };
  } finally {
    Reflect.deleteProperty(session, 'connecting');
    Reflect.set(session, pending, before);
  }
}

/** HTTP/2 writes to its connection below node:net's methods, so each request of a session (gRPC's calls) is an exchange. */
export function http2ClientHook(decide: Decide): Hook {
  let undo: Undo | undefined;

  const delay = (session: ClientHttp2Session, plan: Plan, request: () => unknown): unknown => {
    const prepared = prepare(session, request);
    if (!prepared) return request();
    const { stream, start } = prepared;
    const { outcome } = plan;
    const go = (): void => {
      stream.off('close', onClose);
      if (stream.destroyed) return;
      // A stream that has begun sees the socket's own error; one that has not would be cancelled.
      start();
      if (outcome?.kind === 'abort') socketOf(session)?.destroy(openError(outcome.code));
    };
    const onClose = (): void => wait.cancel();
    stream.once('close', onClose);
    const wait = new Wait([...plan.before, ...plan.after], go);
    return stream;
  };

  return {
    scan: () => {
      if (undo) return;
      const prototype = safely(sessionPrototype);
      if (!prototype) return;
      undo = patch(prototype, 'request', (original, self, args) => {
        const request = (): unknown => Reflect.apply(original, self, args);
        const session = self as ClientHttp2Session;
        const socket = safely(() => socketOf(session));
        // One that is still connecting waits at its socket.
        if (!socket || session.connecting || session.destroyed || session.closed) return request();
        const plan = decide(() => peerOf(session, socket));
        if (!plan || !holdsBack(plan)) return request();
        return delay(session, plan, request);
      });
    },
    remove: () => {
      undo?.();
      undo = undefined;
    },
  };
}
