import type { Plan, Truncation } from '../request/rule.ts';
import { Pacer } from './pacer.ts';

/** What is kept on its way to a slow reader before the server is told to stop. */
const mostQueuedBytes = 64 * 2 ** 10;

export type BodyPlan = Pick<Plan, 'throttle' | 'truncation'>;

export const changesBody = ({ throttle, truncation }: BodyPlan): boolean =>
  throttle !== undefined || truncation !== undefined;

export interface Sink {
  /** A part of the body in its order; null is its end. */
  deliver(chunk: Buffer | null): void;
  /** All that was to arrive has been delivered, and more would have come. */
  cut(): void;
}

/** The body of one answer on a slow line, or cut short. */
export class AnswerBody {
  readonly #truncation: Truncation | undefined;
  readonly #pacer: Pacer | undefined;
  readonly #sink: Sink;
  #held: (Buffer | null)[] | undefined = [];
  #heldBytes = 0;
  #seenBytes = 0;
  #isCut = false;

  /** Nothing is delivered before `start`. */
  constructor({ throttle, truncation }: BodyPlan, sink: Sink) {
    this.#truncation = truncation;
    this.#sink = sink;
    this.#pacer =
      throttle &&
      new Pacer(throttle, (chunk, sent) => {
        sink.deliver(chunk);
        sent?.();
      });
  }

  get isFull(): boolean {
    return this.#heldBytes + (this.#pacer?.queuedBytes ?? 0) >= mostQueuedBytes;
  }

  /** Nothing is on its way, and more is welcome. */
  get isIdle(): boolean {
    return this.#held === undefined && !this.#isCut && (this.#pacer?.isIdle ?? true);
  }

  start(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    for (const chunk of held) this.add(chunk);
  }

  add(chunk: Buffer | null): void {
    if (this.#isCut) return;
    if (this.#held) {
      this.#held.push(chunk);
      this.#heldBytes += chunk?.length ?? 0;
      return;
    }
    const left = this.#leftOf(chunk);
    if (left === undefined) this.#pass(chunk, undefined);
    else {
      this.#isCut = true;
      this.#pass(chunk!.subarray(0, left), () => this.#sink.cut());
    }
  }

  cancel(): void {
    this.#isCut = true;
    this.#held = undefined;
    this.#pacer?.cancel();
  }

  /** How much of the chunk still arrives; undefined when it is not cut. */
  #leftOf(chunk: Buffer | null): number | undefined {
    const before = this.#seenBytes;
    this.#seenBytes += chunk?.length ?? 0;
    const { rule, afterBytes } = this.#truncation ?? {};
    if (afterBytes === undefined || this.#seenBytes <= afterBytes || rule?.revoked || !rule?.inForce())
      return undefined;
    rule.evidence.applied += 1;
    return Math.max(0, afterBytes - before);
  }

  #pass(chunk: Buffer | null, then: (() => void) | undefined): void {
    const isEmpty = chunk !== null && chunk.length === 0;
    if (this.#pacer) this.#pacer.add(chunk, then);
    else {
      if (!isEmpty) this.#sink.deliver(chunk);
      then?.();
    }
  }
}
