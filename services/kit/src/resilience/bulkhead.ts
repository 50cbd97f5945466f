import { PeerError } from '../http/peer-error.ts';

interface Waiter {
  readonly admit: () => void;
}

/**
 * Limits the calls to one peer at a time, so that a slow peer cannot take every slot its caller has. First come, first
 * served: a newcomer never passes a call that waits. The limits come with each call, so that they can change at any time.
 */
export class Bulkhead {
  readonly #peer: string;
  readonly #onChange: (inUse: number) => void;
  readonly #queue = new Set<Waiter>();
  #inUse = 0;

  constructor(peer: string, onChange: (inUse: number) => void = () => {}) {
    this.#peer = peer;
    this.#onChange = onChange;
  }

  async run<T>(
    limits: { maxConcurrent: number; maxQueued: number },
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#inUse >= limits.maxConcurrent) {
      if (this.#queue.size >= limits.maxQueued) throw new PeerError(this.#peer, 'bulkhead');
      await this.#wait(signal);
    } else {
      this.#take(1);
    }
    try {
      return await work();
    } finally {
      const [next] = this.#queue;
      // Lowered limits drain: the slot is handed on only while there are no more calls than allowed.
      if (next !== undefined && this.#inUse <= limits.maxConcurrent) next.admit();
      else this.#take(-1);
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        admit: () => {
          this.#queue.delete(waiter);
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.add(waiter);
    });
  }

  #take(change: 1 | -1): void {
    this.#inUse += change;
    this.#onChange(this.#inUse);
  }
}
