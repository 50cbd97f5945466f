import type { Controller } from './undici-handler.ts';

/** What stands between a connection and its handler. */
export interface Gate {
  isPausedByHandler: boolean;
  /** The handler wants more. */
  resume(): void;
}

/** Stands before undici's controller: with a gate, pause and resume are the handler's wish, and the gate decides. */
export class GatedController implements Controller {
  real: Controller;
  gate: Gate | undefined;

  constructor(real: Controller) {
    this.real = real;
  }
  get aborted(): boolean {
    return this.real.aborted;
  }
  get reason(): unknown {
    return this.real.reason;
  }
  get paused(): boolean {
    return this.gate ? this.gate.isPausedByHandler : this.real.paused;
  }
  get rawHeaders(): unknown {
    return this.real.rawHeaders;
  }
  get rawTrailers(): unknown {
    return this.real.rawTrailers;
  }
  abort(reason: unknown): void {
    this.real.abort(reason);
  }
  pause(): void {
    if (this.gate) this.gate.isPausedByHandler = true;
    this.real.pause();
  }
  resume(): void {
    (this.gate ?? this.real).resume();
  }
}
