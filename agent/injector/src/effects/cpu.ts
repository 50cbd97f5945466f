import { Worker } from 'node:worker_threads';
import type { CpuEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { now, startInterval, stopInterval } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import { cpuQuota } from '../host/limits.ts';
import { type BurnData, burnOptions, burnSource } from './cpu-worker.ts';
import type { EffectContext, RunningEffect } from './effect.ts';

const sampleMs = 1_000;

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Burns a share of the container's CPU quota in worker threads; their real CPU time is what is counted. */
export function cpuEffect(effect: CpuEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind, 'percent');
  let threads: { worker: Worker; flags: Int32Array; numbers: Float64Array }[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** The deadline in the workers' memory; they share the system's monotonic clock, but not performance.now. */
  const renew = (): void => {
    const deadline = monotonicMs() + (context.endsAt() - now());
    for (const { numbers } of threads) numbers[1] = deadline;
  };

  const start = ({ shared, share }: BurnData): void => {
    const worker = new Worker(burnSource, burnOptions({ shared, share }, process.env));
    worker.on('error', () => {});
    worker.unref();
    threads.push({ worker, flags: new Int32Array(shared, 0, 2), numbers: new Float64Array(shared) });
  };

  const usedMs = (): number => threads.reduce((sum, { numbers }) => sum + numbers[2]!, 0);

  const open = (): void => {
    if (threads.length > 0 || effect.load === 0) return;
    const quota = cpuQuota();
    const cores = (quota * effect.load) / 100;
    const count = effect.workers ?? Math.max(1, Math.ceil(cores));
    evidence.matched = 1;
    for (let i = 0; i < count; i += 1) start({ shared: new SharedArrayBuffer(24), share: Math.min(1, cores / count) });
    renew();
    let sampledAt = now();
    let used = usedMs();
    timer = startInterval(
      guarded(() => {
        const at = now();
        const total = usedMs();
        if (total > used) evidence.applied = 1;
        // The first second holds the workers' start; it is a sample like any other.
        evidence.sample(effect.load, ((total - used) / (at - sampledAt) / quota) * 100);
        sampledAt = at;
        used = total;
      }),
      sampleMs,
    ).unref();
  };

  const close = (): void => {
    stopInterval(timer);
    for (const { flags } of threads) {
      Atomics.store(flags, 0, 1);
      Atomics.notify(flags, 0);
    }
    threads = [];
  };
  return { evidence, enter: () => {}, open, close, leave: close, renewed: renew };
}
