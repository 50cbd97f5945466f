import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { safely } from '../host/guard.ts';
import { type Around, patch, type Undo } from '../host/patch.ts';
import { hostOfHeader, type RequestFacts } from '../request/facts.ts';
import type { Outcome, Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import { answerHeaders } from './answer-headers.ts';
import { holdAnswer } from './hold-answer.ts';
import type { Decide, Hook } from './index.ts';
import { http, loadedHttps } from './loaded.ts';
import { markAnswer } from './mark.ts';
import { paceWrites } from './paced-writable.ts';
import { type Truncatable, truncateAnswer } from './truncate-answer.ts';

const facts = (req: IncomingMessage): RequestFacts => ({
  method: req.method ?? '',
  path: req.url ?? '',
  host: hostOfHeader(req.headers.host ?? ''),
  port: req.socket.localPort,
  header: (name) => {
    const value = req.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
});

/** A reset, as a crashed process would give it; a socket that cannot be reset (TLS, pipe) is destroyed. */
function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

function answer(outcome: Outcome, req: IncomingMessage, res: ServerResponse): void {
  if (outcome.kind !== 'error') {
    reset(req.socket);
    return;
  }
  // The client may still be sending: without draining, it would see a reset instead of the answer.
  req.resume();
  res.writeHead(outcome.status, Object.fromEntries(answerHeaders(outcome)));
  res.end(outcome.body);
}

/** What happens to an answer while the handler writes it. */
function shapeAnswer({ after, throttle, truncation }: Plan, res: ServerResponse): void {
  if (after.length > 0) holdAnswer(res, after);
  const { socket } = res;
  if (throttle && socket) {
    const undo = paceWrites(socket, throttle);
    res.once('close', undo);
  }
  if (truncation) {
    truncateAnswer(res as unknown as Truncatable, truncation, {
      announce: (bytes) => {
        if (!res.headersSent && !res.hasHeader('transfer-encoding')) res.setHeader('content-length', bytes);
      },
      break: () => {
        res.flushHeaders();
        res.socket?.destroySoon();
      },
    });
  }
}

/** An `emit` of a server that gives HTTP/1 requests to its host. */
export const requestsThrough =
  (decide: Decide): Around =>
  (original, self, args) => {
    if (args[0] !== 'request' || !(args[1] instanceof http.IncomingMessage)) return Reflect.apply(original, self, args);
    const req = args[1];
    const res = args[2] as ServerResponse;
    const plan = decide(() => facts(req));
    if (!plan) return Reflect.apply(original, self, args);
    safely(() => markAnswer(plan, res));
    // A client that leaves during the wait does not spare the handler: a slow server would do the work, too.
    const deliver = (): void => {
      safely(() => shapeAnswer(plan, res));
      Reflect.apply(original, self, args);
    };
    const outcome = plan.outcome;
    const go = outcome === undefined ? deliver : () => safely(() => answer(outcome, req, res));
    if (plan.before.length > 0) new Wait(plan.before, go);
    else go();
    return true;
  };

/** Requests to this process's http and https servers, before any framework sees them. */
export function httpServerHook(decide: Decide): Hook {
  const undos = new Map<object, Undo>();
  const around = requestsThrough(decide);
  const hook = (server: object): void => {
    if (!undos.has(server)) undos.set(server, patch(server, 'emit', around));
  };
  return {
    scan: () => {
      hook(http.Server.prototype);
      const https = loadedHttps();
      if (https) hook(https.Server.prototype);
    },
    remove: () => {
      for (const undo of undos.values()) undo();
      undos.clear();
    },
  };
}
