import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../runner/src/guards/clock.ts';

export interface FakeClock extends Clock {
  /** Lets time pass: whoever sleeps wakes in order, and comes to rest before the next one does. */
  readonly advance: (ms: number) => Promise<void>;
}

export function fakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  const rest = async () => {
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const sleeper = { dueMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance: async (ms) => {
      const endMs = nowMs + ms;
      await rest();
      for (;;) {
        const [next] = [...sleepers].sort((a, b) => a.dueMs - b.dueMs);
        if (next === undefined || next.dueMs > endMs) break;
        sleepers.delete(next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        await rest();
      }
      nowMs = endMs;
    },
  };
}
