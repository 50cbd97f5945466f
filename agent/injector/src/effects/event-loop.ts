import { durationMs, type EventLoopEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, now, startImmediate, startTimer } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import type { EffectContext, RunningEffect } from './effect.ts';
import type { Lease } from './lease.ts';

/** `load` is burned in slices of this length. */
const sliceMs = 100;
const sampleMs = 1_000;
/** Longer stalls than this need a lease that is kept elsewhere: meanwhile this thread hears nobody. */
const deafMs = 250;

interface Rhythm {
  readonly busyMs: number;
  readonly periodMs: number;
}

function rhythmOf(effect: EventLoopEffect): Rhythm {
  if (effect.load !== undefined) return { busyMs: (sliceMs * effect.load) / 100, periodMs: sliceMs };
  const busyMs = Math.min(durationMs(effect.stall ?? '0ms'), 30_000);
  return { busyMs, periodMs: Math.max(durationMs(effect.every ?? '0ms'), busyMs) };
}

/** Blocks the main thread until `end`, or until it is over: it can hear nothing meanwhile, so it looks itself. */
function block(end: number, isOver: () => boolean): number {
  const start = now();
  while (now() < end && !isOver());
  return now() - start;
}

/** Blocks the main thread for a share of each period. A period that begins late is shifted, never caught up. */
export function eventLoopEffect(effect: EventLoopEffect, context: EffectContext): RunningEffect {
  const { busyMs, periodMs } = rhythmOf(effect);
  const requested = (busyMs / periodMs) * 100;
  const evidence = new Evidence(context.index, effect.kind, 'percent');
  let lease: Lease | undefined;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let open = false;
  let next = 0;
  let sampledAt = 0;
  let busy = 0;

  const isOver = (): boolean => (lease ? lease.isOver() : now() >= context.endsAt());

  const sample = (at: number): void => {
    if (at - sampledAt < Math.max(sampleMs, periodMs)) return;
    evidence.sample(requested, (busy / (at - sampledAt)) * 100);
    sampledAt = at;
    busy = 0;
  };

  const period = guarded(() => {
    if (!open || !context.inForce()) return;
    const start = now();
    sample(start);
    next = Math.max(next + periodMs, start + busyMs);
    busy += block(start + busyMs, isOver);
    evidence.applied = 1;
    // Always through the loop, even at 100%: heartbeats and the end of the fault must be heard in between.
    const restMs = next - now();
    if (restMs > 0) timer = startTimer(period, restMs).unref();
    else immediate = startImmediate(period).unref();
  });

  const close = (): void => {
    open = false;
    clearTimer(timer);
    clearImmediate(immediate);
    lease?.release();
    lease = undefined;
  };
  return {
    evidence,
    enter: () => {},
    open: () => {
      if (open || busyMs === 0) return;
      open = true;
      if (busyMs > deafMs) lease = context.lease();
      evidence.matched = 1;
      sampledAt = now();
      next = sampledAt;
      busy = 0;
      timer = startTimer(period, 0).unref();
    },
    close,
    leave: close,
    renewed: () => lease?.renew(),
  };
}
