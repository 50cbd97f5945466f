/** What a burning thread gets. */
export interface BurnData {
  /** Int32[0] is the stop flag; Float64: [1] CPU used (ms), [2] the monotonic clock (ms) when that was read. */
  readonly shared: SharedArrayBuffer;
  /** See lease.ts: it stops by itself when that is over, and needs nobody to tell it. */
  readonly lease: SharedArrayBuffer;
  readonly suspendAfterMs: number;
  /** One thread burns less by what keeping the lease costs: all of our threads together burn what was asked for. */
  readonly bearsLease: boolean;
  /** Share of one core, 0 to 1. */
  readonly share: number;
  /** When the burning was to begin, on the monotonic clock (ms): the thread's own start is made up for. */
  readonly startedAtMs: number;
}

/**
 * Burns a share of one core, closed loop on the thread's real CPU time, its own start included: what another process
 * took away is made up for, but not more than half a second of it.
 */
export function burn(load: NodeJS.Require, ownMs: () => number): void {
  const { workerData } = load('node:worker_threads') as typeof import('node:worker_threads');
  const { shared, lease, bearsLease, suspendAfterMs, share, startedAtMs } = workerData as BurnData;
  const flags = new Int32Array(shared, 0, 2);
  const numbers = new Float64Array(shared);
  const leaseFlags = new Int32Array(lease, 0, 2);
  const leaseTimes = new Float64Array(lease);
  const sliceMs = 10;
  const mostDebtMs = 500;
  const clock = (): number => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  };
  // Measured: what a thread's start costs the main thread and V8's helper threads, which no thread's own clock shows.
  const startMs = 8;
  const cpuMs = (): number => ownMs() + startMs + (bearsLease ? leaseTimes[3]! + startMs : 0);
  const isLive = (at: number): boolean =>
    Atomics.load(leaseFlags, 0) === 0 && at < leaseTimes[1]! && at < leaseTimes[2]! + suspendAfterMs;
  let last = startedAtMs;
  let target = 0;
  while (Atomics.load(flags, 0) === 0) {
    const start = clock();
    const live = isLive(start);
    if (live) target = Math.max(target + (start - last) * share, cpuMs() - mostDebtMs);
    last = start;
    target = Math.min(target, cpuMs() + mostDebtMs);
    const end = start + sliceMs;
    let used = cpuMs();
    // What is missing takes at least as long by the clock: a look at the CPU time is a system call, or reads a file.
    while (live && used < target && clock() < end) {
      const until = Math.min(clock() + Math.max(target - used, 0.05), end);
      while (clock() < until) for (let i = 0; i < 5_000; i += 1) Math.sqrt(i);
      used = cpuMs();
    }
    numbers[1] = used;
    numbers[2] = clock();
    const rest = sliceMs - (numbers[2]! - start);
    if (!live || (rest > 0 && used >= target)) Atomics.wait(flags, 0, 0, live ? Math.max(rest, 0.1) : sliceMs);
  }
}
