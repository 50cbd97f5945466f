import { bypassHeader, livenessPaths, readinessPaths, type UnhealthyEffect, type UnreadyEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import type { EffectContext, RunningEffect } from './effect.ts';
import { ruleEffect } from './request.ts';

/** Answers the probe's own paths, which every other effect spares, instead of the host. */
export function probeEffect(effect: UnreadyEffect | UnhealthyEffect, context: EffectContext): RunningEffect {
  const { kind, status = 503 } = effect;
  const paths = new Set<string>(effect.paths ?? (kind === 'unready' ? readinessPaths : livenessPaths));
  return ruleEffect({
    hooked: 'http inbound',
    fits: (request) => paths.has(request.path.split('?', 1)[0]!) && request.header(bypassHeader) === undefined,
    isHit: () => true,
    inForce: context.inForce,
    action: {
      type: 'outcome',
      outcome: { kind: 'error', status, body: `${kind}\n`, headers: { 'content-type': 'text/plain' } },
    },
    evidence: new Evidence(context.index, kind),
    label: { fault: context.name, kind, dose: String(status) },
  });
}
