import type { Worker } from 'node:worker_threads';
import { leaseCheckMs, suspendAfterMs } from '@pado/fault';
import { now } from '../host/clock.ts';
import { safely } from '../host/guard.ts';
import { type AskAbout, type AskData, ask } from './lease-worker.ts';
import { startThread } from './thread.ts';

/** The system's monotonic clock, which all threads share; performance.now begins at another time in each. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * A lease in memory that threads share. Int32[0] is 1 once the agent has ended the fault; Float64, on the monotonic
 * clock in ms: [1] the end of the ttl, [2] when the agent was last heard; [3] is the CPU time that keeping it has cost.
 */
export interface Lease {
  readonly shared: SharedArrayBuffer;
  /** For the burning loop of this thread: looks at the memory, and at nothing else. */
  isOver(): boolean;
  /** The main thread has heard the agent, or the ttl has moved. */
  renew(): void;
  /** Twice is once. */
  release(): void;
}

/** Where a lease's times are on the main thread. */
export interface Times {
  /** The end of the ttl, by the clock of the main thread. */
  readonly deadline: () => number;
  readonly heardAt: () => number;
}

/**
 * Keeps leases by a thread of its own, for faults that block the main thread or burn in threads: the main thread cannot
 * hear then. It is only there while there is such a lease, for it costs memory.
 */
export class LeaseKeeper {
  readonly #data: AskData;
  readonly #leases = new Set<number>();
  #lastId = 0;
  #worker: Worker | undefined;

  constructor(source: Omit<AskData, 'everyMs' | 'timeoutMs'>) {
    this.#data = { ...source, everyMs: leaseCheckMs, timeoutMs: 2 * leaseCheckMs };
  }

  take(uid: string, { deadline, heardAt }: Times): Lease {
    this.#lastId += 1;
    const id = this.#lastId;
    const shared = new SharedArrayBuffer(32);
    const flags = new Int32Array(shared, 0, 2);
    const numbers = new Float64Array(shared);
    const offset = monotonicMs() - now();
    const lease: Lease = {
      shared,
      isOver: () => {
        const at = now() + offset;
        return Atomics.load(flags, 0) === 1 || at >= numbers[1]! || at >= numbers[2]! + suspendAfterMs;
      },
      renew: () => {
        // An agent that has just come may not have known the fault yet.
        Atomics.store(flags, 0, 0);
        numbers[1] = deadline() + offset;
        numbers[2] = Math.max(numbers[2]!, heardAt() + offset);
      },
      release: () => {
        if (!this.#leases.delete(id)) return;
        this.#tell({ id, uid });
        if (this.#leases.size > 0) return;
        const worker = this.#worker;
        this.#worker = undefined;
        safely(() => worker?.terminate());
      },
    };
    lease.renew();
    this.#leases.add(id);
    this.#worker ??= startThread(ask, this.#data);
    this.#tell({ id, uid, shared });
    return lease;
  }

  #tell(message: AskAbout): void {
    safely(() => this.#worker?.postMessage(message));
  }
}
