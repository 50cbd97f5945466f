import { type CpuEffect, suspendAfterMs } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { startInterval, stopInterval } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import { cpuQuota } from '../host/limits.ts';
import { type BurnData, burn } from './cpu-worker.ts';
import type { EffectContext, RunningEffect } from './effect.ts';
import { type Lease, monotonicMs } from './lease.ts';
import { startThread } from './thread.ts';

const sampleMs = 1_000;

/** One thread, as the main thread sees it. */
interface Burner {
  readonly flags: Int32Array;
  readonly numbers: Float64Array;
  usedMs: number;
  atMs: number;
}

/** Cores that a thread has used since the last look, by its own clocks. */
function coresOf(burner: Burner): number {
  const [, usedMs = 0, atMs = 0] = burner.numbers;
  // It has not begun to burn.
  if (atMs <= burner.atMs) return 0;
  const cores = (usedMs - burner.usedMs) / (atMs - burner.atMs);
  burner.usedMs = usedMs;
  burner.atMs = atMs;
  return cores;
}

/** Burns a share of the container's CPU quota in worker threads; their real CPU time is what is counted. */
export function cpuEffect(effect: CpuEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind, 'percent');
  let burners: Burner[] = [];
  let lease: Lease | undefined;
  let timer: NodeJS.Timeout | undefined;

  const start = (data: BurnData): void => {
    const { shared, startedAtMs } = data;
    startThread(burn, data);
    burners.push({
      flags: new Int32Array(shared, 0, 2),
      numbers: new Float64Array(shared),
      usedMs: 0,
      atMs: startedAtMs,
    });
  };

  const open = (): void => {
    if (burners.length > 0 || effect.load === 0) return;
    const quota = cpuQuota();
    const cores = (quota * effect.load) / 100;
    const count = effect.workers ?? Math.max(1, Math.ceil(cores));
    const share = Math.min(1, cores / count);
    evidence.matched = 1;
    lease = context.lease();
    const startedAtMs = monotonicMs();
    const common = { lease: lease.shared, suspendAfterMs, share, startedAtMs };
    for (let i = 0; i < count; i += 1) start({ ...common, shared: new SharedArrayBuffer(24), bearsLease: i === 0 });
    timer = startInterval(
      guarded(() => {
        const used = burners.reduce((sum, burner) => sum + coresOf(burner), 0);
        if (used > 0) evidence.applied = 1;
        evidence.sample(effect.load, (used / quota) * 100);
      }),
      sampleMs,
    ).unref();
  };

  const close = (): void => {
    stopInterval(timer);
    for (const { flags } of burners) {
      Atomics.store(flags, 0, 1);
      Atomics.notify(flags, 0);
    }
    burners = [];
    lease?.release();
    lease = undefined;
  };
  return { evidence, enter: () => {}, open, close, leave: close, renewed: () => lease?.renew() };
}
