import { timeLimit } from '../host/time-limit.ts';
import { type Part, Wait } from '../request/wait.ts';
import { GatedController } from './undici-gate.ts';
import type { Controller, Handler } from './undici-handler.ts';
import { withMembers } from './undici-members.ts';

/** The caller's own patience with an answer's headers. */
export interface Patience {
  readonly limitMs: number;
  readonly timedOut: () => Error;
}

/** A handler whose answer arrives late: the connection is paused after the headers, and stays busy. */
export function holding(handler: Handler, parts: readonly Part[], { limitMs, timedOut }: Patience): Handler {
  let wait: Wait | undefined;
  let stopClock = (): void => {};
  const cancel = (): void => {
    stopClock();
    wait?.cancel();
  };
  let abort: ((reason: unknown) => void) | undefined;
  return withMembers(handler, {
    onResponseStart(controller: Controller, status: number, headers: unknown, text?: string) {
      // Interim answers (1xx) are no answer; one hold a request.
      if (status < 200 || wait) return handler.onResponseStart?.(controller, status, headers, text);
      const held = new GatedController(controller);
      // The connection stays paused whatever the handler says meanwhile.
      const gate = {
        isPausedByHandler: false,
        resume: () => {
          gate.isPausedByHandler = false;
        },
      };
      held.gate = gate;
      controller.pause();
      stopClock = timeLimit(limitMs, () => controller.abort(timedOut()));
      wait = new Wait(parts, () => {
        stopClock();
        try {
          handler.onResponseStart?.(held, status, headers, text);
          held.gate = undefined;
          if (!gate.isPausedByHandler) controller.resume();
        } catch (error) {
          controller.abort(error);
        }
      });
    },
    onResponseError(controller: Controller | undefined, error: unknown) {
      cancel();
      handler.onResponseError?.(controller, error);
    },
    onConnect(real: (reason: unknown) => void, context?: unknown) {
      abort = real;
      handler.onConnect?.(real, context);
    },
    onHeaders(status: number, headers: unknown, resume: () => void, text?: string) {
      if (status < 200 || wait) return handler.onHeaders?.(status, headers, resume, text);
      // The handler may call resume before its own onHeaders has returned.
      let early = false;
      let open = false;
      const onResume = (): void => {
        if (open) resume();
        else early = true;
      };
      stopClock = timeLimit(limitMs, () => abort?.(timedOut()));
      wait = new Wait(parts, () => {
        stopClock();
        try {
          const more = handler.onHeaders?.(status, headers, onResume, text);
          open = true;
          if (more !== false || early) resume();
        } catch (error) {
          abort?.(error);
        }
      });
      return false;
    },
    onError(error: unknown) {
      cancel();
      handler.onError?.(error);
    },
  });
}
