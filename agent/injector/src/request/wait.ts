import { AsyncResource } from 'node:async_hooks';
import { clearTimer, longestTimerMs, now, startImmediate, startTimer } from '../host/clock.ts';
import type { Rule } from './rule.ts';

/** The share of one rule in a request's wait. */
export interface Part {
  readonly rule: Rule;
  readonly ms: number;
}

/**
 * A timer may fire up to 1 ms early. What is left then is waited for in turns of the loop if it is no more than this, and
 * by another timer else. Turns cost CPU: with this bound about 0.04 ms a request, where turns to the end would cost 0.17.
 */
const turnsMs = 0.3;

/**
 * A request that waits for the sum of its parts, never less. It ends by time, or as soon as the rules that are left
 * have had their share; `done` runs in the request's own async context. Its timer is referenced, as a slow answer would be.
 */
export class Wait {
  readonly #started = now();
  readonly #context = new AsyncResource('PadoWait');
  readonly #done: () => void;
  #parts: readonly Part[];
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(parts: readonly Part[], done: () => void) {
    this.#parts = parts;
    this.#done = done;
    for (const { rule } of parts) rule.waits.add(this);
    for (const { rule } of parts) if (rule.revoked) this.cut(rule);
    if (!this.#over) this.#continue();
  }

  get #remainingMs(): number {
    return this.#parts.reduce((sum, part) => sum + part.ms, this.#started) - now();
  }

  #continue(): void {
    const ms = this.#remainingMs;
    if (this.#over) return;
    if (ms <= 0) this.#finish();
    else if (ms <= turnsMs) startImmediate(() => this.#continue());
    else this.#timer = startTimer(() => this.#continue(), Math.min(Math.max(1, ms), longestTimerMs));
  }

  /** The rule ends: its share is cut, and the rest goes on. */
  cut(rule: Rule): void {
    if (this.#over) return;
    const left = this.#parts.filter((part) => part.rule !== rule);
    rule.evidence.cut += this.#parts.length - left.length;
    rule.waits.delete(this);
    this.#parts = left;
    clearTimer(this.#timer);
    this.#continue();
  }

  /** The request is gone: nothing happens any more. */
  cancel(): void {
    this.#over = true;
    clearTimer(this.#timer);
    for (const { rule } of this.#parts) rule.waits.delete(this);
  }

  #finish(): void {
    const late = -this.#remainingMs;
    this.cancel();
    for (const { rule, ms } of this.#parts) rule.evidence.sample(ms, ms + late);
    // In a turn of its own: whatever the host's code does then, our own loop over the waits has ended.
    process.nextTick(() => this.#context.runInAsyncScope(this.#done));
  }
}
