import { PeerError } from '../http/peer-error.ts';

export interface BulkheadLimits {
  /** Calls at a time. */
  readonly maxConcurrent: number;
  /** Calls that may wait beyond those; the next is refused. */
  readonly maxQueued: number;
}

/**
 * Limits the calls to one peer at a time, so that a slow peer cannot take every slot its caller has. First come, first
 * served: a newcomer never passes a call that waits. The limits come with each call, so that they can change at any time.
 */
export class Bulkhead {
  readonly #peer: string;
  readonly #onChange: (inUse: number) => void;
  /** Calls that wait, each by what admits it. */
  readonly #queue = new Set<() => void>();
  #inUse = 0;
  #maxConcurrent = 0;

  /** `peer` is the name of what is called, for the error. */
  constructor(peer: string, onChange: (inUse: number) => void = () => {}) {
    this.#peer = peer;
    this.#onChange = onChange;
  }

  /** Runs `work` once there is a place; `signal` takes a call that waits out of the queue. */
  async run<T>(limits: BulkheadLimits, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#maxConcurrent = limits.maxConcurrent;
    this.#admit();
    if (this.#inUse < this.#maxConcurrent) this.#take(1);
    else if (this.#queue.size >= limits.maxQueued) throw new PeerError(this.#peer, 'bulkhead');
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#take(-1);
      this.#admit();
    }
  }

  /** Takes a place for those who wait, as many as fit: at once, so that no newcomer comes in between. */
  #admit(): void {
    for (const admit of this.#queue) {
      if (this.#inUse >= this.#maxConcurrent) return;
      this.#take(1);
      admit();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(admit);
        reject(signal?.reason);
      };
      const admit = () => {
        this.#queue.delete(admit);
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.add(admit);
    });
  }

  #take(change: 1 | -1): void {
    this.#inUse += change;
    this.#onChange(this.#inUse);
  }
}
