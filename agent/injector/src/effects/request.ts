import { type RequestEffect, seeded } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { hash } from '../random.ts';
import { delays } from '../request/delay.ts';
import { matcher } from '../request/match.ts';
import type { Action, Hooked, Rule } from '../request/rule.ts';
import { addRule, removeRule } from '../request/rules.ts';
import { sampler } from '../request/sampling.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';

export const hookedOf = ({ layer = 'http', direction }: RequestEffect): Hooked => {
  if (layer !== 'http') return layer;
  return direction === 'inbound' ? 'http inbound' : 'http outbound';
};

function actionOf(effect: RequestEffect, seed: number, index: number): Action {
  switch (effect.kind) {
    case 'latency': {
      const nextMs = delays(effect, seeded(hash(`${seed}/${index}/delay`)));
      return { type: 'delay', at: effect.at ?? 'before', nextMs };
    }
    case 'hang':
      return { type: 'delay', at: 'before', nextMs: () => Number.POSITIVE_INFINITY };
    case 'throttle':
      return { type: 'throttle', bytesPerSecond: effect.bytesPerSecond };
    case 'truncate':
      return { type: 'truncate', afterBytes: effect.afterBytes };
    case 'abort':
      return { type: 'outcome', outcome: { kind: 'abort', code: effect.code ?? 'ECONNRESET' } };
    case 'error': {
      const { layer = 'http', status, body = '', headers, code } = effect;
      if (layer === 'dns' && code !== undefined) return { type: 'outcome', outcome: { kind: 'not-found', code } };
      if (layer === 'http' && status !== undefined)
        return { type: 'outcome', outcome: { kind: 'error', status, body, headers } };
      throw new Refusal('ERR_PADO_INVALID', 'an error needs a status (layer http) or a code (layer dns)');
    }
  }
}

/** The dose in a word, for spans. */
const doseOf = (effect: Readonly<Record<string, unknown>>): string =>
  String(effect.delay ?? effect.status ?? effect.code ?? effect.bytesPerSecond ?? effect.afterBytes ?? '');

/** An effect on requests, connections or look-ups: a rule that the hooks consult. Sampling and delays go on where a suspension left them. */
export function requestEffect(effect: RequestEffect, context: EffectContext): RunningEffect {
  const { index, seed } = context;
  const isTimed = effect.kind === 'latency' || effect.kind === 'throttle';
  const evidence = new Evidence(index, effect.kind, isTimed ? 'ms' : undefined);
  return ruleEffect({
    hooked: hookedOf(effect),
    fits: matcher(effect.match ?? {}, context.services),
    isHit: sampler(effect.percentage ?? 100, effect.sampling ?? 'attempt', seed, index),
    inForce: context.inForce,
    action: actionOf(effect, seed, index),
    evidence,
    label: { fault: context.name, kind: effect.kind, dose: doseOf({ ...effect }) },
  });
}

/** A rule that is there from `enter` to `leave`. */
export function ruleEffect(common: Omit<Rule, 'waits' | 'revoked'>): RunningEffect {
  let rule: Rule | undefined;
  return {
    evidence: common.evidence,
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
