import { freemem, totalmem } from 'node:os';
import { type MemoryEffect, parseSize } from '@pado/fault';
import { findController } from '../host/cgroup.ts';
import { heapStatistics, memoryLimit, oldSpaceBytes, workingSet } from '../host/limits.ts';
import { Refusal } from './effect.ts';

const heapMargin = 32 * 2 ** 20;
/** What the guard leaves of the container's limit, or of the machine. */
const spared = 0.05;

/** How much there is, and how much may be used without danger to the process. */
export interface Room {
  readonly limit: number | undefined;
  /** The most that may be in use; the guard. */
  readonly most: number;
  readonly used: () => number;
  readonly name: string;
}

export function roomFor(where: MemoryEffect['where']): Room {
  if (where === 'heap') {
    const limit = oldSpaceBytes();
    const most = limit - Math.max(limit * 0.15, heapMargin);
    return { limit, most, used: () => heapStatistics().used_heap_size, name: "V8's old space" };
  }
  const controller = findController('memory');
  const limit = memoryLimit(controller);
  if (limit !== undefined)
    return { limit, most: limit * (1 - spared), used: () => workingSet(controller), name: 'the memory limit' };
  const total = totalmem();
  return { limit, most: total * (1 - spared), used: () => total - freemem(), name: "the machine's memory" };
}

/** A size as written, in bytes; a share is of the room's limit. */
export function bytesIn(room: Room, text: string): number {
  const size = parseSize(text);
  if (!size) throw new Refusal('ERR_PADO_INVALID', `size "${text}" is not a size such as 64Mi or 50%`);
  if ('bytes' in size) return size.bytes;
  if (room.limit === undefined)
    throw new Refusal('ERR_PADO_LIMIT_UNKNOWN', `size "${text}" is a share of the memory limit, but none is set`);
  return Math.round((room.limit * size.percent) / 100);
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Throws when that much more would come too near to where the process dies. */
export function checkRoom(room: Room, moreBytes: number): void {
  const used = room.used();
  if (used + moreBytes <= room.most) return;
  throw new Refusal(
    'ERR_PADO_REFUSED',
    `${mebibytes(moreBytes)} more than the ${mebibytes(used)} in use would pass the guard at ${mebibytes(room.most)} of ${room.name}`,
  );
}
