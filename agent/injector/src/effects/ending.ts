import type { ExitEffect, KillEffect, RejectEffect, ThrowEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, startTimer } from '../host/clock.ts';
import type { EffectContext, RunningEffect } from './effect.ts';

export type EndingEffect = ExitEffect | KillEffect | ThrowEffect | RejectEffect;

function act(effect: EndingEffect): void {
  switch (effect.kind) {
    case 'exit':
      process.exit(effect.code ?? 1);
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // Still here: the kernel ignores what the first process of a container sends itself. As much dies, and as silently.
      Reflect.apply(Reflect.get(process, 'reallyExit'), process, [137]);
      break;
    case 'throw':
      throw new Error(effect.message ?? 'injected by pado');
    case 'reject':
      void Promise.reject(new Error(effect.message ?? 'injected by pado'));
  }
}

/**
 * Ends the process, or gives it the chance to survive: once per pulse, however often the fault is suspended meanwhile.
 * The agent is told first. It acts in a timer of its own, outside of our guards: an error is to be really uncaught.
 */
export function endingEffect(effect: EndingEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind);
  let spent = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let open = false;

  const close = (): void => {
    open = false;
    clearTimer(timer);
  };
  return {
    evidence,
    enter: () => {},
    open: () => {
      const pulse = context.pulse();
      if (open || pulse <= spent) return;
      open = true;
      evidence.matched += 1;
      evidence.applied += 1;
      spent = pulse;
      context.report(() => {
        if (open && context.inForce()) timer = startTimer(() => act(effect), 0).unref();
      });
    },
    close,
    leave: close,
  };
}
