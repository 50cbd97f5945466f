import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guarded, safely } from '../host/guard.ts';
import { type Around, patch, type Undo } from '../host/patch.ts';
import { timeLimit } from '../host/time-limit.ts';
import type { Plan } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';
import { changesBody } from './answer-body.ts';
import type { Decide, Hook } from './index.ts';
import { isConnectError, platformError } from './platform-error.ts';
import { reshaping } from './undici-body.ts';
import { type Errors, headersTimedOut, socketClosed } from './undici-errors.ts';
import { type Options, peerOf, undiciFacts } from './undici-facts.ts';
import { undiciFinder } from './undici-find.ts';
import { giveError, type Handler, playAnswer, StandInController } from './undici-handler.ts';
import { holding } from './undici-hold.ts';
import { headersTimeoutOf } from './undici-timeout.ts';

/** Published when a client connects: a copy of undici that was loaded after arming shows itself. */
const connecting = 'undici:client:beforeConnect';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Anything else is for undici to refuse, right then and there. */
const isRequest = (opts: unknown, handler: unknown): boolean =>
  isObject(opts) &&
  typeof Reflect.get(opts, 'path') === 'string' &&
  isObject(handler) &&
  (typeof Reflect.get(handler, 'onResponseError') === 'function' ||
    typeof Reflect.get(handler, 'onError') === 'function');

interface Attempt {
  readonly dispatcher: object;
  readonly opts: Options;
  readonly handler: Handler;
  readonly errors: Errors | undefined;
}

/** An outcome in place of a connection. */
function fail({ dispatcher, opts, handler, errors }: Attempt, outcome: NonNullable<Plan['outcome']>): void {
  if (outcome.kind === 'error') {
    // A body that is a stream is drained, as a server that answers early does.
    (opts.body as { resume?: () => void } | null | undefined)?.resume?.();
    playAnswer(handler, errors, outcome, opts.method ?? 'GET');
    return;
  }
  if (outcome.kind !== 'abort') return;
  const { code } = outcome;
  const error = platformError(code, peerOf(dispatcher, opts));
  if (isConnectError(code)) {
    giveError(handler, error);
    return;
  }
  const controller = new StandInController(handler, errors);
  if (controller.start()) giveError(handler, error, controller);
}

/**
 * Requests by undici, the built-in one (global fetch) and any copy, old dispatchers included: `dispatch` of their common
 * base is what all of them go through. An Agent hands on to a Pool and that to a Client, by `dispatch` too, at once or
 * from its queue; each attempt gets options of its own, and those are known again.
 */
export function undiciHook(decide: Decide): Hook {
  const undos = new Map<object, Undo>();
  const find = undiciFinder();
  const attempts = new WeakSet<object>();
  let current: Options | undefined;
  let subscribed = false;

  /** Lower dispatchers, and interceptors that copy the options, run within the call of the upper one. */
  const isNested = (opts: Options): boolean => {
    if (attempts.has(opts)) return true;
    if (!current || current.path !== opts.path || current.method !== opts.method) return false;
    attempts.add(opts);
    return true;
  };

  const around =
    (errors: Errors | undefined): Around =>
    (original, self, args) => {
      const [given, handler] = args as [Options, Handler];
      if (!isRequest(given, handler) || isNested(given)) return Reflect.apply(original, self, args);
      const dispatcher = self as object;
      const opts = Object.assign(Object.create(Object.getPrototypeOf(given)), given) as Options;
      attempts.add(opts);
      const send = (to: Handler): unknown => {
        const outer = current;
        current = opts;
        try {
          return Reflect.apply(original, dispatcher, [opts, to]);
        } finally {
          current = outer;
        }
      };
      const plan = decide(() => undiciFacts(dispatcher, opts));
      if (!plan) return send(handler);
      const { before, after, outcome, truncation } = plan;
      const limitMs = before.length + after.length > 0 ? headersTimeoutOf(dispatcher, opts) : 0;
      const timedOut = (): Error => headersTimedOut(errors);
      const sendHandled = (): unknown => {
        const closed = (): Error => socketClosed(errors, peerOf(dispatcher, opts), truncation?.afterBytes ?? 0);
        const shaped = changesBody(plan) ? reshaping(handler, plan, closed) : handler;
        return send(after.length > 0 ? holding(shaped, after, { limitMs, timedOut }) : shaped);
      };
      if (before.length === 0 && !outcome) return sendHandled();

      // The caller may leave at any time: this is how a handler gets the means to, and it may be started again later.
      let end = (): void => {};
      const controller = new StandInController(handler, errors, () => end());
      if (!controller.start()) return true;
      const wait = new Wait(before, () => {
        stopClock();
        if (outcome) fail({ dispatcher, opts, handler, errors }, outcome);
        else sendHandled();
      });
      const stopClock = timeLimit(limitMs, () => controller.abort(timedOut()));
      end = () => {
        stopClock();
        wait.cancel();
      };
      // The caller may go on: a request that waits fills no queue.
      return true;
    };

  const scan = (): void => {
    for (const { prototype, errors } of find())
      if (!undos.has(prototype)) undos.set(prototype, patch(prototype, 'dispatch', around(errors)));
  };
  const onConnecting = guarded(scan);

  return {
    scan: () => {
      safely(scan);
      if (!subscribed) subscribe(connecting, onConnecting);
      subscribed = true;
    },
    remove: () => {
      unsubscribe(connecting, onConnecting);
      subscribed = false;
      for (const undo of undos.values()) undo();
      undos.clear();
    },
  };
}
