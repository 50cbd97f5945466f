import { STATUS_CODES } from 'node:http';
import type { Answer } from '../request/rule.ts';
import { answerHeaders } from './answer-headers.ts';
import { type Errors, requestAborted } from './undici-errors.ts';

/** undici 7 and later: a handler is called with a controller. */
export interface Controller {
  readonly aborted: boolean;
  readonly reason: unknown;
  readonly paused: boolean;
  readonly rawHeaders?: unknown;
  readonly rawTrailers?: unknown;
  pause(): void;
  resume(): void;
  abort(reason: unknown): void;
}

/** Both styles of handler; undici 8 knows only the new one, 6 only the old one, 7 both. */
export interface Handler {
  onRequestStart?(controller: Controller, context: unknown): void;
  onResponseStart?(controller: Controller, status: number, headers: unknown, statusText?: string): void;
  onResponseData?(controller: Controller, chunk: Buffer): void;
  onResponseEnd?(controller: Controller, trailers: unknown): void;
  onResponseError?(controller: Controller | undefined, error: unknown): void;
  onConnect?(abort: (reason: unknown) => void, context?: unknown): void;
  onHeaders?(status: number, headers: unknown, resume: () => void, statusText?: string): boolean | undefined;
  onData?(chunk: Buffer): boolean | undefined;
  onComplete?(trailers: unknown): void;
  onError?(error: unknown): void;
}

export const isNewStyle = (handler: Handler): boolean => typeof handler.onRequestStart === 'function';

export function giveError(handler: Handler, error: unknown, controller?: Controller): void {
  if (isNewStyle(handler)) handler.onResponseError?.(controller, error);
  else handler.onError?.(error);
}

/** A request that is not on any connection: it can only be aborted, paused and resumed. */
export class StandInController implements Controller {
  aborted = false;
  paused = false;
  reason: unknown = null;
  rawHeaders: unknown = null;
  readonly rawTrailers: unknown = [];
  finished = false;
  #onResume: (() => void) | undefined;
  readonly #handler: Handler;
  readonly #errors: Errors | undefined;
  readonly #onAborted: () => void;

  constructor(handler: Handler, errors: Errors | undefined, onAborted: () => void = () => {}) {
    this.#handler = handler;
    this.#errors = errors;
    this.#onAborted = onAborted;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    const onResume = this.#onResume;
    this.#onResume = undefined;
    onResume?.();
  }

  abort(reason: unknown): void {
    if (this.aborted || this.finished) return;
    this.aborted = true;
    this.reason = reason ?? requestAborted(this.#errors);
    this.#onAborted();
    giveError(this.#handler, this.reason, this);
  }

  /** Goes on now, or when the handler resumes; never after an abort. */
  whenFlowing(next: () => void): void {
    const go = (): void => {
      if (!this.aborted) next();
    };
    if (this.paused) this.#onResume = go;
    else go();
  }

  /** Tells the handler that the request begins; false when it aborts or throws right then (its signal has fired). */
  start(): boolean {
    try {
      if (isNewStyle(this.#handler)) this.#handler.onRequestStart?.(this, null);
      else this.#handler.onConnect?.((reason) => this.abort(reason), null);
    } catch (error) {
      this.abort(error);
    }
    return !this.aborted;
  }
}

/** Plays a whole answer to a handler, with its back-pressure; what the handler throws aborts the request, as in undici. */
export function playAnswer(handler: Handler, errors: Errors | undefined, answer: Answer, method: string): void {
  const controller = new StandInController(handler, errors);
  if (!controller.start()) return;
  const headers = answerHeaders(answer);
  const raw = [...headers].flat().map((text) => Buffer.from(text));
  controller.rawHeaders = raw;
  const body = Buffer.from(method === 'HEAD' ? '' : answer.body);
  const text = STATUS_CODES[answer.status] ?? 'Error';
  const isNew = isNewStyle(handler);
  const pauseUnless = (more: boolean | undefined): void => {
    if (more === false) controller.pause();
  };
  const steps = [
    () => {
      if (isNew) handler.onResponseStart?.(controller, answer.status, Object.fromEntries(headers), text);
      else pauseUnless(handler.onHeaders?.(answer.status, raw, () => controller.resume(), text));
    },
    () => {
      if (body.length === 0) return;
      if (isNew) handler.onResponseData?.(controller, body);
      else pauseUnless(handler.onData?.(body));
    },
    () => {
      controller.finished = true;
      if (isNew) handler.onResponseEnd?.(controller, {});
      else handler.onComplete?.([]);
    },
  ];
  const run = (): void => {
    const step = steps.shift();
    if (!step) return;
    try {
      step();
    } catch (error) {
      controller.abort(error);
    }
    controller.whenFlowing(run);
  };
  run();
}
