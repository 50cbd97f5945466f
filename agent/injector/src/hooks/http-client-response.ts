import type { ClientRequest, IncomingMessage } from 'node:http';
import { safely } from '../host/guard.ts';
import { patch } from '../host/patch.ts';
import { timeLimit } from '../host/time-limit.ts';
import type { Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import { changesBody } from './answer-body.ts';
import { reshapeBody } from './http-client-body.ts';

/** The caller's timeout goes on when the server has answered and closed: what the caller sees is silence. */
function keepTimeout(req: ClientRequest): () => void {
  const ms: unknown = req.socket?.timeout || Reflect.get(req, 'timeout');
  if (typeof ms !== 'number') return () => {};
  const end = timeLimit(ms, () => {
    req.off('timeout', end);
    req.emit('timeout');
  });
  // The socket's own is as good.
  req.once('timeout', end);
  return () => {
    end();
    req.off('timeout', end);
  };
}

/** The request ends as one that has had no answer: node:http tells so, unless its socket has long gone. */
function destroyUnanswered(req: ClientRequest, destroy: () => unknown, reason: unknown): unknown {
  const isGone = req.socket?.destroyed ?? false;
  Reflect.set(req, 'res', undefined);
  const result = destroy();
  const error = reason ?? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  if (isGone) process.nextTick(() => req.emit('error', error));
  return result;
}

/** Holds the answer; the connection stays busy, and the body stays in its buffers. */
function hold(req: ClientRequest, res: IncomingMessage, parts: Plan['after'], give: () => boolean): void {
  const endClock = keepTimeout(req);
  const undo = patch(req, 'destroy', (original, self, args) => {
    end();
    wait.cancel();
    return destroyUnanswered(req, () => Reflect.apply(original, self, args), args[0]);
  });
  // Broken while held: the request tells so itself, and there is no answer to give any more.
  const onClose = (): void => {
    if (res.complete) return;
    end();
    wait.cancel();
  };
  const end = (): void => {
    endClock();
    undo();
    res.off('close', onClose);
  };
  const wait = new Wait(parts, () => {
    end();
    // Without a listener node:http dumps the answer, else the connection would never be free again.
    if (!give()) res.resume();
  });
  res.once('close', onClose);
}

/** What a plan does to the answer: it comes late, or its body is slow or cut short. */
export function changeResponse(req: ClientRequest, plan: Plan): void {
  const undo = patch(req, 'emit', (original, self, args) => {
    if (args[0] !== 'response') return Reflect.apply(original, self, args);
    undo();
    const res = args[1] as IncomingMessage;
    const start = changesBody(plan) ? safely(() => reshapeBody(res, plan)) : undefined;
    const give = (): boolean => {
      const isTaken = Boolean(Reflect.apply(original, self, args));
      start?.();
      return isTaken;
    };
    if (plan.after.length === 0) return give();
    hold(req, res, plan.after, give);
    return true;
  });
}
