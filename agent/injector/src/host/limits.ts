import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type v8 from 'node:v8';
import { type Controller, findController, read } from './cgroup.ts';
import { load } from './load.ts';

const files = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', inactive: /^total_inactive_file (\d+)$/m },
  2: { limit: 'memory.max', usage: 'memory.current', inactive: /^inactive_file (\d+)$/m },
} as const;

const smallest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  return known.length === 0 ? undefined : Math.min(...known);
};

/** The directory whose limit is the tightest, and that limit; v1 says "none" by a number beyond what the machine has. */
function limiting({ version, directories }: Controller): { directory: string; limit: number } | undefined {
  const limits = directories.map((directory) => {
    const limit = Number(read(join(directory, files[version].limit)) ?? Number.NaN);
    return { directory, limit: limit > 0 && limit < totalmem() ? limit : Number.POSITIVE_INFINITY };
  });
  const [tightest] = limits.sort((a, b) => a.limit - b.limit);
  return tightest !== undefined && Number.isFinite(tightest.limit) ? tightest : undefined;
}

/** Bytes; undefined where no limit is set. */
export const memoryLimit = (controller: Controller | undefined = findController('memory')): number | undefined =>
  controller && limiting(controller)?.limit;

/** Bytes that count against the limit and cannot be dropped: usage, where the limit is, without the inactive page cache. */
export function workingSet(controller: Controller | undefined = findController('memory')): number {
  if (!controller) return process.memoryUsage.rss();
  const directory = limiting(controller)?.directory ?? controller.directories[0] ?? '';
  const { usage, inactive } = files[controller.version];
  const bytes = Number(read(join(directory, usage)) ?? Number.NaN);
  const dropped = Number(inactive.exec(read(join(directory, 'memory.stat')) ?? '')?.[1] ?? 0);
  return Number.isFinite(bytes) ? Math.max(0, bytes - dropped) : process.memoryUsage.rss();
}

function quotaIn(directory: string, version: 1 | 2): number | undefined {
  const [quota, period] =
    version === 2
      ? (read(join(directory, 'cpu.max')) ?? '').split(' ').map(Number)
      : [
          Number(read(join(directory, 'cpu.cfs_quota_us')) ?? -1),
          Number(read(join(directory, 'cpu.cfs_period_us')) ?? 0),
        ];
  return quota && period && quota > 0 && period > 0 ? quota / period : undefined;
}

/** In cores: the tightest quota, else how many cores there are. */
export function cpuQuota(controller: Controller | undefined = findController('cpu')): number {
  const cores = availableParallelism();
  return smallest([cores, ...(controller?.directories ?? []).map((at) => quotaIn(at, controller!.version))]) ?? cores;
}

export const heapStatistics = (): v8.HeapInfo => (load('node:v8') as typeof v8).getHeapStatistics();

/** V8's young generation takes up to this much of heap_size_limit; filling that part ends in an abort. */
const youngBytes = 192 * 2 ** 20;
const flag = /--max[-_]old[-_]space[-_]size[= ](\d+)/;

/** V8's old space in bytes: as the flag says, else what the heap's limit leaves beside the young generation. */
export function oldSpaceBytes(): number {
  const given = flag.exec(`${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`)?.[1];
  if (given) return Number(given) * 2 ** 20;
  const limit = heapStatistics().heap_size_limit;
  return Math.max(limit / 2, limit - youngBytes);
}
