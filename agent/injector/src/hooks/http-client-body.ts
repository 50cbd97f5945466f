import type { IncomingMessage } from 'node:http';
import { now, startImmediate, startTimer } from '../host/clock.ts';
import { patch } from '../host/patch.ts';
import { AnswerBody, type BodyPlan } from './answer-body.ts';

/** How long a cut waits for a reader that is slow; after that it loses what it has not read, as with a real one. */
const patienceMs = 1_000;
const lookAgainMs = 5;

/** The connection breaks: node:http sees that the answer is not complete, and says `aborted`. */
function breakOff(res: IncomingMessage): void {
  if (res.destroyed) return;
  // The parser may have seen the whole of it.
  res.complete = false;
  if (!res.socket.destroyed) res.socket.destroy();
  else res.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
}

function breakWhenRead(res: IncomingMessage): void {
  const giveUpAt = now() + patienceMs;
  const look = (): void => {
    if (res.readableLength === 0 || now() >= giveUpAt) breakOff(res);
    else startTimer(look, lookAgainMs).unref();
  };
  startImmediate(look);
}

/**
 * Slows the body of an answer down, or cuts it short, between the parser and the stream that the host reads. Nothing
 * arrives before the returned function is called.
 */
export function reshapeBody(res: IncomingMessage, plan: BodyPlan): () => void {
  const push = res.push;
  let wantsMore = false;
  const unread = patch(res, '_read', (original, self, args) => {
    wantsMore = body.isFull;
    return wantsMore ? undefined : Reflect.apply(original, self, args);
  });
  const unpush = patch(res, 'push', (_original, _self, args) => {
    const chunk = args[0] as Buffer | null;
    body.add(chunk);
    return !body.isFull;
  });
  const body = new AnswerBody(plan, {
    deliver: (chunk) => {
      if (res.destroyed) return;
      const { socket } = res;
      // For node:net a line is not idle while its bytes trickle in.
      if (socket.timeout) socket.setTimeout(socket.timeout);
      push.call(res, chunk);
      if (wantsMore && !body.isFull) {
        wantsMore = false;
        res._read(0);
      }
    },
    cut: () => breakWhenRead(res),
  });
  res.once('close', () => {
    body.cancel();
    unread();
    unpush();
  });
  return () => body.start();
}
