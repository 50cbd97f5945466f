import { clearTimer, longestTimerMs, startTimer } from './clock.ts';
import { guarded } from './guard.ts';

/** Calls back after so long unless it is stopped before; 0 never does. It keeps nobody alive. */
export function timeLimit(ms: number, onOver: () => void): () => void {
  if (!(ms > 0)) return () => {};
  const timer = startTimer(guarded(onOver), Math.min(ms, longestTimerMs)).unref();
  return () => clearTimer(timer);
}
