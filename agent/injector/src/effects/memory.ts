import v8 from 'node:v8';
import { durationMs, type MemoryEffect, parseSize } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, now, startTimer } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import { memoryLimit, oldSpaceBytes, workingSet } from '../host/limits.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';
import { type Ballast, heapBallast, rssBallast } from './memory-ballast.ts';

const stepMs = 20;
const sampleMs = 1_000;
/** The most that is taken in one step, so that the loop is not blocked for long (about 10 ms). */
const stepBytes = 32 * 2 ** 20;
const heapMargin = 32 * 2 ** 20;

interface Room {
  readonly limit: number | undefined;
  /** The most that may be in use; the guard. */
  readonly most: number;
  readonly used: () => number;
  readonly name: string;
}

function roomFor(where: MemoryEffect['where']): Room {
  if (where === 'heap') {
    const limit = oldSpaceBytes();
    const most = limit - Math.max(limit * 0.15, heapMargin);
    return { limit, most, used: () => v8.getHeapStatistics().used_heap_size, name: "V8's old space" };
  }
  const limit = memoryLimit();
  return {
    limit,
    most: limit === undefined ? Number.POSITIVE_INFINITY : limit * 0.95,
    used: workingSet,
    name: 'the memory limit',
  };
}

function bytesOf(effect: MemoryEffect, room: Room): number {
  const size = parseSize(effect.size ?? '');
  if (!size) throw new Refusal('ERR_PADO_INVALID', `size "${effect.size}" is not a size such as 64Mi or 50%`);
  if ('bytes' in size) return size.bytes;
  if (room.limit === undefined)
    throw new Refusal(
      'ERR_PADO_LIMIT_UNKNOWN',
      `size "${effect.size}" is a share of the memory limit, but none is set`,
    );
  return Math.round((room.limit * size.percent) / 100);
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Throws when that much more would come too near to where the process dies. */
function check(room: Room, moreBytes: number): void {
  const used = room.used();
  if (used + moreBytes <= room.most) return;
  throw new Refusal(
    'ERR_PADO_REFUSED',
    `${mebibytes(moreBytes)} more than the ${mebibytes(used)} in use would pass the guard at ${mebibytes(room.most)} of ${room.name}`,
  );
}

/** Holds memory along a ramp, and gives it all back. The delivered dose is the change that the process shows, its own included. */
export function memoryEffect(effect: MemoryEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind, 'bytes');
  const room = roomFor(effect.where);
  const rampMs = durationMs(effect.ramp ?? '0ms');
  const measure = effect.where === 'heap' ? room.used : () => process.memoryUsage.rss();
  let ballast: Ballast | undefined;
  let timer: NodeJS.Timeout | undefined;
  let bytes = 0;
  let base = 0;
  let startedAt = 0;
  let sampledAt = 0;

  const close = (): void => {
    clearTimer(timer);
    ballast?.release();
    ballast = undefined;
  };

  const step = guarded(() => {
    if (!ballast || !context.inForce()) return;
    const wanted = rampMs === 0 ? bytes : bytes * Math.min(1, (now() - startedAt) / rampMs);
    const more = Math.min(wanted - ballast.heldBytes, stepBytes);
    if (more > 0) {
      try {
        check(room, more);
      } catch (refusal) {
        return context.fail(refusal as Refusal);
      }
      ballast.grow(more);
      evidence.applied = 1;
    }
    const at = now();
    // A timer may come up to a millisecond before its time.
    if (at - sampledAt >= sampleMs - 1) {
      sampledAt = at;
      evidence.sample(wanted, measure() - base);
    }
    timer = startTimer(step, ballast.heldBytes < bytes ? stepMs : sampleMs).unref();
  });

  return {
    evidence,
    enter: () => {
      bytes = bytesOf(effect, room);
      check(room, bytes);
    },
    open: () => {
      if (ballast) return;
      ballast = effect.where === 'heap' ? heapBallast() : rssBallast(bytes);
      evidence.matched = 1;
      base = measure();
      startedAt = now();
      sampledAt = startedAt;
      step();
    },
    close,
    leave: close,
  };
}
