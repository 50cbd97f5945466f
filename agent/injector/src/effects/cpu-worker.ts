import type { WorkerOptions } from 'node:worker_threads';

/** In shared memory: Int32[0] is the stop flag; Float64: [1] the deadline (ms of the monotonic clock), [2] CPU used (ms). */
export interface BurnData {
  readonly shared: SharedArrayBuffer;
  /** Share of one core, 0 to 1. */
  readonly share: number;
}

/**
 * Burns a share of one core, closed loop on the thread's real CPU time: what another process took away is made up for,
 * but not more than half a second of it. It stops by itself at the deadline, so it needs nobody to tell it.
 *
 * The worker gets the source text of this function: it must not refer to anything outside of itself.
 */
function burn(load: NodeJS.Require): void {
  const { workerData } = load('node:worker_threads') as typeof import('node:worker_threads');
  const fs = load('node:fs') as typeof import('node:fs');
  const { shared, share } = workerData as BurnData;
  const flags = new Int32Array(shared, 0, 2);
  const numbers = new Float64Array(shared);
  const sliceMs = 10;
  const mostDebtMs = 500;
  const clock = (): number => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  };
  const ownUsage = (process as unknown as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage;
  const cpuMs = (): number => {
    if (!ownUsage) return Number(fs.readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
    const { user, system } = ownUsage.call(process);
    return (user + system) / 1e3;
  };
  const first = cpuMs();
  let last = clock();
  let target = first;
  while (Atomics.load(flags, 0) === 0) {
    const start = clock();
    const live = start < numbers[1]!;
    if (live) target = Math.max(target + (start - last) * share, cpuMs() - mostDebtMs);
    last = start;
    target = Math.min(target, cpuMs() + mostDebtMs);
    // Between two looks at the thread's CPU time (a system call) it only counts.
    while (live && clock() - start < sliceMs && cpuMs() < target) for (let i = 0; i < 20_000; i += 1) Math.sqrt(i);
    const used = cpuMs();
    numbers[2] = used - first;
    const rest = sliceMs - (clock() - start);
    if (!live || (rest > 0 && used >= target)) Atomics.wait(flags, 0, 0, live ? Math.max(rest, 0.1) : sliceMs);
  }
}

export const burnSource = `(${burn})(require)`;

/** Nothing of the host's own set-up (preloads, loaders, inspectors) may run in the worker. */
export function burnOptions(data: BurnData, env: NodeJS.ProcessEnv): WorkerOptions {
  const { NODE_OPTIONS: _, ...rest } = env;
  return {
    eval: true,
    // Else the worker would be piped to the host's own stdout and stderr, and open them.
    stdout: true,
    stderr: true,
    execArgv: [],
    env: rest,
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  };
}
