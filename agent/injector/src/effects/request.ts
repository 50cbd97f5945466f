import type { RequestEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { hash, seeded } from '../random.ts';
import { delays } from '../request/delay.ts';
import { matcher } from '../request/match.ts';
import type { Action, Rule } from '../request/rule.ts';
import { addRule, removeRule } from '../request/rules.ts';
import { sampler } from '../request/sampling.ts';
import type { EffectContext, RunningEffect } from './effect.ts';

function actionOf(effect: RequestEffect, seed: number, index: number): Action {
  if (effect.kind !== 'latency') return { type: 'outcome', outcome: effect };
  const nextMs = delays(effect, seeded(hash(`${seed}/${index}/delay`)));
  return { type: 'delay', at: effect.at ?? 'before', nextMs };
}

/** latency, error and abort: a rule that the hooks consult. Sampling and delays go on where a suspension left them. */
export function requestEffect(effect: RequestEffect, context: EffectContext): RunningEffect {
  const { index, seed } = context;
  const evidence = new Evidence(index, effect.kind, effect.kind === 'latency' ? 'ms' : undefined);
  const common = {
    direction: effect.direction,
    fits: matcher(effect.match ?? {}, context.services),
    isHit: sampler(effect.percentage ?? 100, effect.sampling ?? 'attempt', seed, index),
    inForce: context.inForce,
    action: actionOf(effect, seed, index),
    evidence,
  };
  let rule: Rule | undefined;
  return {
    evidence,
    enter: () => {
      rule = { ...common, waits: new Set(), revoked: false };
      addRule(rule);
    },
    open: () => {},
    close: () => {},
    leave: () => {
      if (rule) removeRule(rule);
      rule = undefined;
    },
  };
}
