import { type GcEffect, parseSize } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, now, startImmediate, startTimer } from '../host/clock.ts';
import { guarded } from '../host/guard.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';

const stepMs = 10;
const sampleMs = 1_000;
/** What could not be allocated in time is owed for so long, and then dropped: a backlog would outlive its cause. */
const mostDebtMs = 200;
/** The longest that one step blocks the loop, when the rate is more than the process can bear. */
const mostStepMs = 20;

/** An array of references takes 8 bytes an element and 48 for its two headers: a block is 1 KiB. */
const elements = 122;
/** So many blocks between two looks at the clock. */
const blocks = 64;
const bunchBytes = blocks * (elements * 8 + 48);

/** Makes so much garbage; the blocks of one step point at each other, so that they live until it ends and no longer. */
function litter(bytes: number, end: number): number {
  let made = 0;
  let last: unknown[] | undefined;
  while (made < bytes && now() < end) {
    for (let i = 0; i < blocks; i += 1) {
      const block = new Array<unknown>(elements);
      block[0] = last;
      last = block;
    }
    made += bunchBytes;
  }
  return made;
}

/** Allocates and drops at a rate, closed loop: a step that comes late makes up for it. The dose is bytes a second. */
export function gcEffect(effect: GcEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind, 'bytes');
  let bytesPerMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let open = false;
  let paidUntil = 0;
  let sampledAt = 0;
  let made = 0;

  const sample = (at: number): void => {
    const ms = at - sampledAt;
    if (ms < sampleMs) return;
    evidence.sample(bytesPerMs * 1_000, (made / ms) * 1_000);
    sampledAt = at;
    made = 0;
  };

  const step = guarded(() => {
    if (!open || !context.inForce()) return;
    const start = now();
    sample(start);
    paidUntil = Math.max(paidUntil, start - mostDebtMs);
    const bytes = litter((start - paidUntil) * bytesPerMs, Math.min(start + mostStepMs, context.endsAt()));
    if (bytes > 0) evidence.applied = 1;
    made += bytes;
    paidUntil += bytes / bytesPerMs;
    // Always through the loop: the end of the fault must be heard in between.
    if (paidUntil > now() - stepMs) timer = startTimer(step, stepMs).unref();
    else immediate = startImmediate(step).unref();
  });

  const close = (): void => {
    open = false;
    clearTimer(timer);
    clearImmediate(immediate);
  };
  return {
    evidence,
    enter: () => {
      const size = parseSize(effect.rate);
      if (!size || !('bytes' in size) || size.bytes === 0)
        throw new Refusal('ERR_PADO_INVALID', `rate "${effect.rate}" is not a size a second such as 64Mi`);
      bytesPerMs = size.bytes / 1_000;
    },
    open: () => {
      if (open) return;
      open = true;
      evidence.matched = 1;
      paidUntil = now();
      sampledAt = paidUntil;
      made = 0;
      step();
    },
    close,
    leave: close,
  };
}
