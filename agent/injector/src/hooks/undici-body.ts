import { startImmediate } from '../host/clock.ts';
import { AnswerBody, type BodyPlan } from './answer-body.ts';
import { GatedController } from './undici-gate.ts';
import type { Controller, Handler } from './undici-handler.ts';
import { withMembers } from './undici-members.ts';

interface Connection {
  resume(): void;
  abort(reason: unknown): void;
}

/** The body on its way to the handler. The connection is read while the body and the handler both want more. */
class Line {
  isPausedByHandler = false;
  readonly #body: AnswerBody;
  readonly #connection: Connection;
  readonly #closed: () => Error;
  #isCut = false;

  constructor(plan: BodyPlan, connection: Connection, closed: () => Error, deliver: (chunk: Buffer) => void) {
    this.#connection = connection;
    this.#closed = closed;
    this.#body = new AnswerBody(plan, {
      deliver: (chunk) => {
        try {
          if (chunk) deliver(chunk);
        } catch (error) {
          this.cancel();
          connection.abort(error);
        }
        this.#flow();
      },
      cut: () => {
        this.#isCut = true;
        this.#flow();
      },
    });
    this.#body.start();
  }

  get #isOpen(): boolean {
    return !this.isPausedByHandler && this.#body.isIdle;
  }

  /** False: the connection must be paused. */
  add(chunk: Buffer): boolean {
    this.#body.add(chunk);
    return this.#isOpen;
  }

  resume(): void {
    this.isPausedByHandler = false;
    this.#flow();
  }

  cancel(): void {
    this.#isCut = false;
    this.#body.cancel();
  }

  #flow(): void {
    if (this.#isOpen) this.#connection.resume();
    else if (this.#isCut && !this.isPausedByHandler) {
      this.#isCut = false;
      // A reader that keeps up has what arrived before it learns of the end, as with a real one.
      startImmediate(() => this.#connection.abort(this.#closed()));
    }
  }
}

/** A handler whose answer's body is slow, or cut short; `closed` makes undici's own error for that. */
export function reshaping(handler: Handler, plan: BodyPlan, closed: () => Error): Handler {
  let line: Line | undefined;
  let own: GatedController | undefined;
  let abort: (reason: unknown) => void = () => {};
  const controllerOf = (real: Controller): GatedController => {
    own ??= new GatedController(real);
    own.real = real;
    return own;
  };
  return withMembers(handler, {
    onRequestStart(real: Controller, context: unknown) {
      own = new GatedController(real);
      handler.onRequestStart?.(own, context);
    },
    onResponseStart(real: Controller, status: number, headers: unknown, text?: string) {
      const controller = controllerOf(real);
      if (status >= 200) {
        controller.gate = line = new Line(plan, real, closed, (chunk) => handler.onResponseData?.(controller, chunk));
      }
      handler.onResponseStart?.(controller, status, headers, text);
    },
    onResponseData(real: Controller, chunk: Buffer) {
      if (line?.add(chunk) === false) real.pause();
    },
    onResponseEnd(real: Controller, trailers: unknown) {
      handler.onResponseEnd?.(controllerOf(real), trailers);
    },
    onResponseError(real: Controller | undefined, error: unknown) {
      line?.cancel();
      handler.onResponseError?.(own ?? real, error);
    },
    onConnect(real: (reason: unknown) => void, context?: unknown) {
      abort = real;
      handler.onConnect?.(real, context);
    },
    onHeaders(status: number, headers: unknown, resume: () => void, text?: string) {
      if (status < 200) return handler.onHeaders?.(status, headers, resume, text);
      const current: Line = new Line(plan, { resume, abort: (reason) => abort(reason) }, closed, (chunk) => {
        if (handler.onData?.(chunk) === false) current.isPausedByHandler = true;
      });
      line = current;
      const more = handler.onHeaders?.(status, headers, () => current.resume(), text);
      if (more === false) current.isPausedByHandler = true;
      return more;
    },
    onData(chunk: Buffer) {
      return line?.add(chunk);
    },
    onError(error: unknown) {
      line?.cancel();
      handler.onError?.(error);
    },
  });
}
