import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { startImmediate } from '../host/clock.ts';
import { safely } from '../host/guard.ts';
import { type Around, patch, type Undo } from '../host/patch.ts';
import { hostOfHeader, type RequestFacts } from '../request/facts.ts';
import type { Outcome, Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import { answerHeaders } from './answer-headers.ts';
import { holdStream } from './hold-stream.ts';
import { requestsThrough } from './http-server.ts';
import type { Decide, Hook } from './index.ts';
import { loadedHttp2 } from './loaded.ts';
import { markStream } from './mark.ts';
import { bytesOf, paceWrites } from './paced-writable.ts';
import { type Truncatable, truncateAnswer } from './truncate-answer.ts';

const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

const facts = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): RequestFacts => ({
  method: text(headers[':method']),
  path: text(headers[':path']),
  host: hostOfHeader(text(headers[':authority'] ?? headers.host)),
  port: stream.session?.socket.localPort,
  header: (name) => (headers[name] === undefined ? undefined : text(headers[name])),
});

/** What breaks one request and leaves the others of its connection alone: the stream is reset. */
function reset(stream: ServerHttp2Stream): void {
  // The error that we cause here is not the host's to handle: without a listener it would end the process.
  stream.on('error', () => {});
  stream.close(loadedHttp2()?.constants.NGHTTP2_INTERNAL_ERROR);
}

function answer(outcome: Outcome, stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  if (outcome.kind !== 'error') {
    reset(stream);
    return;
  }
  stream.resume();
  stream.respond({ ':status': outcome.status, ...Object.fromEntries(answerHeaders(outcome)) });
  stream.end(outcome.body);
}

/** node closes a stream with the write that it takes for the last one; a write that leaves in slices is not that. */
function endAfterWrites(stream: ServerHttp2Stream): void {
  const end = stream.end as (...args: unknown[]) => unknown;
  Reflect.set(stream, 'end', (...args: unknown[]) => {
    Reflect.deleteProperty(stream, 'end');
    const done = args.find((arg) => typeof arg === 'function');
    const [chunk, encoding] = args.filter((arg) => arg !== done);
    stream.write(bytesOf(chunk ?? '', encoding), () => end.call(stream, done));
    return stream;
  });
}

function shapeStream({ after, throttle, truncation }: Plan, stream: ServerHttp2Stream): void {
  if (after.length > 0) holdStream(stream, after);
  if (throttle) {
    paceWrites(stream, throttle);
    endAfterWrites(stream);
  }
  if (!truncation) return;
  truncateAnswer(stream as unknown as Truncatable, truncation, {
    announce: () => {},
    break: () => {
      if (!stream.headersSent) stream.respond();
      // What was handed over leaves in this turn.
      startImmediate(() => safely(() => reset(stream)));
    },
  });
}

/** The classes of HTTP/2 servers are not exported; a server that never listens shows them. */
function serverPrototypes(): object[] {
  const http2 = loadedHttp2();
  if (!http2) return [];
  return [http2.createServer(), http2.createSecureServer()].map((server) => Object.getPrototypeOf(server) as object);
}

/** Requests to this process's HTTP/2 servers: each is a stream, whatever interface the host uses for it. */
export function http2ServerHook(decide: Decide): Hook {
  let undos: Undo[] = [];

  /** A secure server may be asked by HTTP/1 too. */
  const byHttp1 = requestsThrough(decide);
  const around: Around = (original, self, args) => {
    const go = (): unknown => Reflect.apply(original, self, args);
    if (args[0] !== 'stream') return byHttp1(original, self, args);
    const [, stream, headers] = args as [string, ServerHttp2Stream, IncomingHttpHeaders];
    const plan = decide(() => facts(stream, headers));
    if (!plan) return go();
    safely(() => markStream(plan, stream));
    const { outcome } = plan;
    const next = (): void => {
      if (outcome) safely(() => answer(outcome, stream));
      else {
        safely(() => shapeStream(plan, stream));
        go();
      }
    };
    if (plan.before.length > 0) new Wait(plan.before, next);
    else next();
    return true;
  };

  return {
    scan: () => {
      if (undos.length > 0) return;
      undos = (safely(serverPrototypes) ?? []).map((prototype) => patch(prototype, 'emit', around));
    },
    remove: () => {
      for (const undo of undos) undo();
      undos = [];
    },
  };
}
