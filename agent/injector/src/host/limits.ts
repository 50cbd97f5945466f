import os from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { type Controller, findController, read } from './cgroup.ts';

const files = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', inactive: /^total_inactive_file (\d+)$/m },
  2: { limit: 'memory.max', usage: 'memory.current', inactive: /^inactive_file (\d+)$/m },
} as const;

const smallest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  return known.length === 0 ? undefined : Math.min(...known);
};

/** Bytes; undefined where no limit is set. v1 says "none" by a number beyond what the machine has. */
export function memoryLimit(controller: Controller | undefined = findController('memory')): number | undefined {
  if (!controller) return undefined;
  const name = files[controller.version].limit;
  const limits = controller.directories.map((directory) => Number(read(join(directory, name)) ?? Number.NaN));
  const limit = smallest(limits.map((value) => (value > 0 ? value : undefined)));
  return limit !== undefined && limit < os.totalmem() ? limit : undefined;
}

/** Bytes that count against the limit and cannot be dropped: usage without the inactive page cache. */
export function workingSet(controller: Controller | undefined = findController('memory')): number {
  const directory = controller?.directories[0];
  if (!controller || directory === undefined) return process.memoryUsage.rss();
  const usage = Number(read(join(directory, files[controller.version].usage)) ?? Number.NaN);
  const inactive = Number(
    files[controller.version].inactive.exec(read(join(directory, 'memory.stat')) ?? '')?.[1] ?? 0,
  );
  return Number.isFinite(usage) ? Math.max(0, usage - inactive) : process.memoryUsage.rss();
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
  const cores = os.availableParallelism();
  return smallest([cores, ...(controller?.directories ?? []).map((at) => quotaIn(at, controller!.version))]) ?? cores;
}

/** V8's young generation takes up to this much of heap_size_limit; filling that part ends in an abort. */
const youngBytes = 192 * 2 ** 20;
const flag = /--max[-_]old[-_]space[-_]size[= ](\d+)/;

/** V8's old space in bytes: as the flag says, else what the heap's limit leaves beside the young generation. */
export function oldSpaceBytes(): number {
  const given = flag.exec(`${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`)?.[1];
  if (given) return Number(given) * 2 ** 20;
  const limit = v8.getHeapStatistics().heap_size_limit;
  return Math.max(limit / 2, limit - youngBytes);
}
