import { isMainThread } from 'node:worker_threads';
import { type Effect, isRequestEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { cpuEffect } from './cpu.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';
import { endingEffect } from './ending.ts';
import { eventLoopEffect } from './event-loop.ts';
import { gcEffect } from './gc.ts';
import { memoryEffect } from './memory.ts';
import { probeEffect } from './probe.ts';
import { requestEffect } from './request.ts';
import { socketsEffect } from './sockets.ts';
import { threadpoolEffect } from './threadpool.ts';

/** In a thread of the host's: what concerns the process as a whole is the main thread's part, and counted there. */
function inertEffect({ kind }: Effect, { index }: EffectContext): RunningEffect {
  const nothing = (): void => {};
  return { evidence: new Evidence(index, kind), enter: nothing, open: nothing, close: nothing, leave: nothing };
}

const isOfRequests = (effect: Effect): boolean =>
  isRequestEffect(effect) || effect.kind === 'unready' || effect.kind === 'unhealthy';

export function createEffect(effect: Effect, context: EffectContext): RunningEffect {
  if (!isMainThread && !isOfRequests(effect)) return inertEffect(effect, context);
  if (isRequestEffect(effect)) return requestEffect(effect, context);
  switch (effect.kind) {
    case 'event-loop':
      return eventLoopEffect(effect, context);
    case 'cpu':
      return cpuEffect(effect, context);
    case 'memory':
      return memoryEffect(effect, context);
    case 'gc':
      return gcEffect(effect, context);
    case 'threadpool':
      return threadpoolEffect(effect, context);
    case 'sockets':
      return socketsEffect(effect, context);
    case 'exit':
    case 'kill':
    case 'throw':
    case 'reject':
      return endingEffect(effect, context);
    case 'unready':
    case 'unhealthy':
      return probeEffect(effect, context);
    default:
      throw new Refusal('ERR_PADO_INVALID', `this injector knows no effect "${(effect as { kind: unknown }).kind}"`);
  }
}
