import type { Effect } from '@pado/fault';
import { cpuEffect } from './cpu.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';
import { eventLoopEffect } from './event-loop.ts';
import { memoryEffect } from './memory.ts';
import { requestEffect } from './request.ts';

export function createEffect(effect: Effect, context: EffectContext): RunningEffect {
  switch (effect.kind) {
    case 'latency':
    case 'error':
    case 'abort':
    case 'hang':
    case 'throttle':
    case 'truncate':
      return requestEffect(effect, context);
    case 'event-loop':
      return eventLoopEffect(effect, context);
    case 'cpu':
      return cpuEffect(effect, context);
    case 'memory':
      return memoryEffect(effect, context);
    default:
      throw new Refusal('ERR_PADO_INVALID', `this injector knows no effect "${(effect as { kind: unknown }).kind}"`);
  }
}
