import { now } from '../host/clock.ts';
import type { Throttle } from '../request/rule.ts';
import { Wait } from '../request/wait.ts';

/** Bytes leave in slices of this length, so that a slow line is an even one. */
const sliceMs = 50;

/** `sent` comes with the last slice of what was added, for the receiver to call once it is through. */
export type Deliver = (chunk: Buffer | null, sent: (() => void) | undefined) => void;

interface Entry {
  chunk: Buffer | null;
  readonly sent: (() => void) | undefined;
}

/**
 * A line of so many bytes a second. What is added comes out in order, each slice when its last byte has had its time;
 * null marks an end and takes none. When the rule is over, what is left comes out at once.
 */
export class Pacer {
  readonly #throttle: Throttle;
  readonly #deliver: Deliver;
  readonly #queue: Entry[] = [];
  #wait: Wait | undefined;
  #freeAt = now();
  queuedBytes = 0;

  constructor(throttle: Throttle, deliver: Deliver) {
    this.#throttle = throttle;
    this.#deliver = deliver;
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  add(chunk: Buffer | null, sent?: () => void): void {
    this.#queue.push({ chunk, sent });
    this.queuedBytes += chunk?.length ?? 0;
    if (!this.#wait) this.#next();
  }

  cancel(): void {
    this.#wait?.cancel();
    this.#queue.length = 0;
    this.queuedBytes = 0;
  }

  #next(): void {
    this.#wait = undefined;
    const { rule, bytesPerSecond } = this.#throttle;
    for (let entry = this.#queue[0]; entry !== undefined; entry = this.#queue[0]) {
      const { chunk } = entry;
      if (chunk === null || chunk.length === 0 || rule.revoked || !rule.inForce()) {
        this.#pass(entry, chunk?.length ?? 0);
        continue;
      }
      const size = Math.min(chunk.length, Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1_000)));
      const at = now();
      this.#freeAt = Math.max(this.#freeAt, at) + (size / bytesPerSecond) * 1_000;
      const waiting: Entry = entry;
      this.#wait = new Wait([{ rule, ms: this.#freeAt - at }], () => {
        if (this.#queue[0] === waiting) this.#pass(waiting, rule.revoked ? (waiting.chunk?.length ?? 0) : size);
        this.#next();
      });
      return;
    }
  }

  /** The first `size` bytes of the first entry leave. */
  #pass(entry: Entry, size: number): void {
    const { chunk, sent } = entry;
    const isWhole = chunk === null || size >= chunk.length;
    if (isWhole) this.#queue.shift();
    else entry.chunk = chunk.subarray(size);
    this.queuedBytes -= chunk === null ? 0 : Math.min(size, chunk.length);
    if (isWhole) this.#deliver(chunk, sent);
    else this.#deliver(chunk.subarray(0, size), undefined);
  }
}
