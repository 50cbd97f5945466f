import { durationMs, type MemoryEffect } from '@pado/fault';
import { bytesIn, checkRoom, type Room } from './memory-room.ts';

/** How much is to be held, and what the guard makes of it. */
export interface Plan {
  /** The most that will ever be held, as far as it is known. */
  readonly totalBytes: number;
  /** Throws a refusal where the guard says no from the start. */
  check(): void;
  /** What is to be held after so long. */
  wanted(elapsedMs: number): number;
  /** How long it takes until so much is wanted. */
  msUntil(bytes: number): number;
  /** How much of it may be taken now; throws a refusal, or says less. */
  allowed(moreBytes: number): number;
}

const unguarded = (moreBytes: number): number => moreBytes;

/** A size at once or along a ramp. What would pass the guard is refused, at the start and on the way. */
function sized(effect: MemoryEffect, room: Room): Plan {
  const totalBytes = bytesIn(room, effect.size ?? '');
  const rampMs = durationMs(effect.ramp ?? '0ms');
  const guard = (moreBytes: number): number => {
    checkRoom(room, moreBytes);
    return moreBytes;
  };
  const allowed = effect.allowKill ? unguarded : guard;
  return {
    totalBytes,
    check: () => void allowed(totalBytes),
    wanted: (elapsedMs) => (rampMs === 0 ? totalBytes : totalBytes * Math.min(1, elapsedMs / rampMs)),
    msUntil: (bytes) => (bytes / totalBytes) * rampMs,
    allowed,
  };
}

/** So much more each second, until the size or the guard is reached; there it stops and holds. */
function leaking(effect: MemoryEffect, leak: string, room: Room): Plan {
  const totalBytes = effect.size === undefined ? Number.POSITIVE_INFINITY : bytesIn(room, effect.size);
  const bytesPerMs = bytesIn(room, leak) / 1_000;
  const guard = (moreBytes: number): number => Math.max(0, Math.min(moreBytes, room.most - room.used()));
  return {
    totalBytes,
    check: () => {},
    wanted: (elapsedMs) => Math.min(totalBytes, bytesPerMs * elapsedMs),
    msUntil: (bytes) => bytes / bytesPerMs,
    allowed: effect.allowKill ? unguarded : guard,
  };
}

export const planOf = (effect: MemoryEffect, room: Room): Plan =>
  effect.leak === undefined ? sized(effect, room) : leaking(effect, effect.leak, room);
