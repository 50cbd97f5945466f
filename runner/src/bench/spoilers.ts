import type { Spoilers } from './contracts.ts';
import {
  cpuTicksOf,
  type HostTicks,
  hostTicks,
  processesWith,
  throttledPeriods,
  ticksPerSecond,
} from './spoilers/procfs.ts';

/** What only a look at the machine tells; dropped iterations come from k6. */
export type MachineSpoilers = Pick<Spoilers, 'k6Cores' | 'hostBusy' | 'throttled'>;

export interface WatchOptions {
  /** k6's tag of the run, by which its process is found; a function where it is not known yet. */
  readonly testId: string | (() => string | undefined);
  /** Default 1,000 ms. */
  readonly intervalMs?: number;
  /** Where the kernel tells of itself. Default /proc. */
  readonly procfs?: string;
  /** Milliseconds that never go back. Default performance.now. */
  readonly clock?: () => number;
}

export interface MachineWatch {
  /** Looks once; the timer does it by itself. */
  readonly look: () => void;
  /** Ends the looking and tells what was seen; twice is once. */
  readonly stop: () => MachineSpoilers;
}

/** The machine may be busy for a moment; for so long it must not be. */
const busyMs = 10_000;

interface Look {
  readonly atMs: number;
  readonly host: HostTicks | undefined;
}

/** Watches what spoils a run, from now on. Its timer keeps no process alive. */
export function watchMachine({
  testId,
  intervalMs = 1_000,
  procfs = '/proc',
  clock = () => performance.now(),
}: WatchOptions): MachineWatch {
  const throttledBefore = throttledPeriods(procfs);
  const looks: Look[] = [];
  const k6 = new Map<number, { firstMs: number; lastMs: number; firstTicks: number; lastTicks: number }>();
  let pids: readonly number[] = [];
  let busiest = 0;
  let throttled = 0;
  let result: MachineSpoilers | undefined;

  const look = (): void => {
    if (result !== undefined) return;
    const atMs = clock();
    looks.push({ atMs, host: hostTicks(procfs) });
    while (looks[1] !== undefined && looks[1].atMs <= atMs - busyMs) looks.shift();
    if (looks[0] !== undefined && looks[0].atMs <= atMs - busyMs)
      busiest = Math.max(busiest, busyShare(looks[0].host, looks.at(-1)?.host));
    throttled = Math.max(throttled, throttledPeriods(procfs) - throttledBefore);
    const id = typeof testId === 'string' ? testId : testId();
    if (pids.length === 0 && id !== undefined) pids = processesWith(`testid=${id}`, procfs);
    for (const pid of pids) {
      const ticks = cpuTicksOf(pid, procfs);
      if (ticks === undefined) continue;
      const seen = k6.get(pid);
      if (seen === undefined) k6.set(pid, { firstMs: atMs, lastMs: atMs, firstTicks: ticks, lastTicks: ticks });
      else Object.assign(seen, { lastMs: atMs, lastTicks: ticks });
    }
  };
  const timer = setInterval(look, intervalMs).unref();
  look();

  return {
    look,
    stop() {
      look();
      clearInterval(timer);
      result ??= {
        // A wrapper that starts k6 has the same words in its command line, and takes nothing.
        k6Cores: [...k6.values()].reduce(
          (sum, { firstMs, lastMs, firstTicks, lastTicks }) =>
            lastMs > firstMs ? sum + ((lastTicks - firstTicks) / ticksPerSecond / (lastMs - firstMs)) * 1_000 : sum,
          0,
        ),
        hostBusy: busiest,
        throttled,
      };
      return result;
    },
  };
}

function busyShare(from: HostTicks | undefined, to: HostTicks | undefined): number {
  if (from === undefined || to === undefined || to.total <= from.total) return 0;
  return Math.min(1, Math.max(0, (to.busy - from.busy) / (to.total - from.total)));
}
