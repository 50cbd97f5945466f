import { durationMs } from './duration.ts';
import type { FaultSpec } from './schema.ts';

/**
 * Which active phase a fault is in, or was in last: 0 is the first, and one that does not pulse stays there; below 0 it
 * has not begun. What happens once per pulse is counted by it, in a process and in its agent alike.
 */
export function pulseIndex({ startAfter = '0ms', pulse }: FaultSpec, elapsedMs: number): number {
  const sinceStartMs = elapsedMs - durationMs(startAfter);
  if (sinceStartMs < 0) return -1;
  const periodMs = pulse ? durationMs(pulse.active) + durationMs(pulse.dormant) : 0;
  return periodMs > 0 ? Math.floor(sinceStartMs / periodMs) : 0;
}
