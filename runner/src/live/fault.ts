import { type EffectEvidence, type FaultStatus, formatDuration } from '@pado/fault';
import { amount, summary } from '../report/facts/dose.ts';
import { effectInWords, targetInWords } from '../report/facts/effect.ts';
import { type Line, span } from './line.ts';

/** What a fault does to whom, and what it has really done. */
export const faultLines = (status: FaultStatus): readonly Line[] => [
  [
    span('fault ', 'strong'),
    span(`${status.name} → ${targetInWords(status)}  `),
    span(lifeOf(status), status.phase === 'Injected' ? 'failing' : 'dim'),
  ],
  ...status.spec.effects.map((effect, index): Line => {
    const evidence = status.evidence.find((one) => one.index === index);
    return [span(`  ${effectInWords(effect)}  `), span(evidenceInWords(evidence), 'dim')];
  }),
];

export function lifeOf({ phase, remainingMs, endReason }: FaultStatus): string {
  if (phase === 'Pending') return 'waits for a target';
  if (phase === 'Injected') return `in force, ${formatDuration(Math.ceil(remainingMs / 1_000) * 1_000)} left`;
  return `reverted${endReason === undefined ? '' : ` (${endReason})`}`;
}

export function evidenceInWords(evidence: EffectEvidence | undefined): string {
  if (evidence === undefined) return 'not applied yet';
  const applied = `applied ${evidence.applied} of ${evidence.matched}`;
  const dose = summary(evidence);
  if (dose === undefined || evidence.dose === undefined) return applied;
  const { unit } = evidence.dose;
  const error = `${dose.error >= 0 ? '+' : '−'}${amount(Math.abs(dose.error), unit)}`;
  return `${applied}  mean ${amount(dose.deliveredMean, unit)} (${error})`;
}
