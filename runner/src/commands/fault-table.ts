import { type EffectEvidence, type FaultStatus, formatDuration } from '@pado/fault';
import { columns } from '../cli/text.ts';

/** Faults with what they were asked to do and what they did. */
export function faultTable(faults: readonly FaultStatus[]): string {
  if (faults.length === 0) return 'faults: none';
  return columns([
    ['FAULT', 'PHASE', 'EFFECT', 'TARGETS', 'LEFT', 'APPLIED', 'REQUESTED', 'DELIVERED'],
    ...faults.flatMap((fault) => fault.spec.effects.map((effect, index) => row(fault, effect.kind, index))),
  ]);
}

function row(fault: FaultStatus, kind: string, index: number): string[] {
  const evidence = fault.evidence.find((one) => one.index === index);
  const left = fault.phase === 'Ended' ? `ended (${fault.endReason ?? 'unknown'})` : formatDuration(fault.remainingMs);
  const targets = [...new Set(fault.targets.map(({ name }) => name))].join(',') || 'none';
  const applied = evidence === undefined ? '0' : `${evidence.applied} of ${evidence.matched}`;
  return [
    fault.name,
    fault.phase,
    kind,
    targets,
    left,
    applied,
    mean(evidence, 'requestedSum'),
    mean(evidence, 'deliveredSum'),
  ];
}

/** The mean dose. */
function mean(evidence: EffectEvidence | undefined, sum: 'requestedSum' | 'deliveredSum'): string {
  const dose = evidence?.dose;
  if (dose === undefined || dose.samples === 0) return '-';
  const value = dose[sum] / dose.samples;
  if (dose.unit === 'ms') return formatDuration(value);
  return dose.unit === 'percent' ? `${value.toFixed(1)}%` : `${Math.round(value / 2 ** 20)}Mi`;
}
