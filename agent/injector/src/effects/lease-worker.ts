import type { reach, Source } from '../channel/reach.ts';

/** Where the agent is, and how often it is asked. */
export interface AskData extends Source {
  /** The channel of this process, which lives as long as somebody asks on its behalf. */
  readonly instance: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** Begin to ask about a fault, or cease when there is no memory to write the answer to. */
export interface AskAbout {
  readonly id: number;
  readonly uid: string;
  readonly shared?: SharedArrayBuffer;
}

/**
 * Asks the agent whether faults go on, while the main thread may be blocked, and writes the answer to shared memory
 * (see lease.ts). Silence is no answer: then the lease runs out by the clock.
 */
export function ask(load: NodeJS.Require, cpuMs: () => number, reachBy: typeof reach): void {
  const { parentPort, workerData } = load('node:worker_threads') as typeof import('node:worker_threads');
  const { get } = load('node:http') as typeof import('node:http');
  const { instance, everyMs, timeoutMs } = workerData as AskData;
  const way = reachBy(load, workerData as AskData);
  const leases = new Map<number, { uid: string; shared: SharedArrayBuffer }>();
  let toldMs = 0;
  const askAbout = (uid: string, shared: SharedArrayBuffer): void => {
    const options = way();
    if (!options) return;
    const path = `/v1/channel/${uid}?instance=${instance}`;
    const request = get({ ...options, path, signal: AbortSignal.timeout(timeoutMs) });
    request.on('error', () => {});
    request.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
      if (response.statusCode === 200) new Float64Array(shared)[2] = Number(process.hrtime.bigint()) / 1e6;
      if (response.statusCode === 410) Atomics.store(new Int32Array(shared), 0, 1);
    });
  };
  /** The lease that is there first bears the costs. */
  const tellCost = (): void => {
    const [first] = leases.values();
    if (!first) return;
    const used = cpuMs();
    new Float64Array(first.shared)[3]! += used - toldMs;
    toldMs = used;
  };
  parentPort!.on('message', ({ id, uid, shared }: AskAbout) => {
    if (shared) leases.set(id, { uid, shared });
    else leases.delete(id);
    tellCost();
  });
  setInterval(() => {
    tellCost();
    for (const { uid, shared } of leases.values()) {
      try {
        askAbout(uid, shared);
      } catch {
        // A token or certificates that are none; the next turn reads them again.
      }
    }
  }, everyMs);
}
