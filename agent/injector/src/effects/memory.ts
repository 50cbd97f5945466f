import type { MemoryEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, now, startTimer } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';
import { type Ballast, heapBallast, rssBallast } from './memory-ballast.ts';
import { type Plan, planOf } from './memory-plan.ts';
import { roomFor } from './memory-room.ts';

const stepMs = 20;
const sampleMs = 1_000;
/** The most that is taken in one step, so that the loop is not blocked for long (about 10 ms). */
const stepBytes = 32 * 2 ** 20;

/** Holds memory, and gives it all back. The delivered dose is the change that the process shows, its own included. */
export function memoryEffect(effect: MemoryEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind, 'bytes');
  const room = roomFor(effect.where);
  const measure = effect.where === 'heap' ? room.used : () => process.memoryUsage.rss();
  let plan: Plan | undefined;
  let ballast: Ballast | undefined;
  let timer: NodeJS.Timeout | undefined;
  let base = 0;
  let startedAt = 0;
  let sampledAt = 0;

  const close = (): void => {
    clearTimer(timer);
    ballast?.release();
    ballast = undefined;
  };

  /** Takes what is wanted by now and returns whether the guard let it. */
  const grow = (held: Ballast, { wanted, allowed, msUntil }: Plan): boolean => {
    const more = Math.min(wanted(now() - startedAt) - held.heldBytes, stepBytes);
    if (more <= 0) return true;
    const most = allowed(more);
    if (most > 0) {
      held.grow(most);
      evidence.applied = 1;
    }
    // What the guard has kept back is not owed later.
    if (most < more) startedAt = now() - msUntil(held.heldBytes);
    return most >= more;
  };

  const step = guarded(() => {
    if (!ballast || !plan || !context.inForce()) return;
    let isFree: boolean;
    try {
      isFree = grow(ballast, plan);
    } catch (cause) {
      // A size that the guard refuses, or memory that the system does not give.
      context.fail(cause instanceof Refusal ? cause : new Refusal('ERR_PADO_REFUSED', String(cause)));
      return;
    }
    const at = now();
    // A timer may come up to a millisecond before its time.
    if (at - sampledAt >= sampleMs - 1) {
      sampledAt = at;
      evidence.sample(plan.wanted(at - startedAt), measure() - base);
    }
    const isGrowing = isFree && ballast.heldBytes < plan.totalBytes;
    timer = startTimer(step, isGrowing ? stepMs : Math.max(stepMs, sampledAt + sampleMs - at)).unref();
  });

  return {
    evidence,
    enter: () => {
      plan = planOf(effect, room);
      plan.check();
    },
    open: () => {
      if (ballast || !plan) return;
      ballast = effect.where === 'heap' ? heapBallast() : rssBallast(plan.totalBytes);
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
