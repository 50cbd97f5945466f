import type { Dose, EffectEvidence } from './protocol.ts';

/** Adds up what several processes report of the same effects, by effect index. */
export function sumEvidence(reports: readonly (readonly EffectEvidence[])[]): EffectEvidence[] {
  const sums = new Map<number, EffectEvidence>();
  for (const effect of reports.flat()) {
    const sum = sums.get(effect.index);
    sums.set(effect.index, sum === undefined ? effect : add(sum, effect));
  }
  return [...sums.values()].sort((a, b) => a.index - b.index);
}

function add(a: EffectEvidence, b: EffectEvidence): EffectEvidence {
  const dose = a.dose && b.dose ? addDose(a.dose, b.dose) : (a.dose ?? b.dose);
  return {
    index: a.index,
    kind: a.kind,
    matched: a.matched + b.matched,
    applied: a.applied + b.applied,
    cut: a.cut + b.cut,
    ...(dose === undefined ? {} : { dose }),
  };
}

function addDose(a: Dose, b: Dose): Dose {
  if (a.samples === 0) return b;
  if (b.samples === 0) return a;
  const counts = new Map(a.errorBuckets.map(([bound, count]) => [bound, count]));
  // Both sides use the bounds of one injector version; a bound that only one has would not be cumulative.
  const errorBuckets = b.errorBuckets.flatMap(([bound, count]) => {
    const other = counts.get(bound);
    return other === undefined ? [] : [[bound, other + count] as const];
  });
  return {
    unit: a.unit,
    samples: a.samples + b.samples,
    requestedSum: a.requestedSum + b.requestedSum,
    deliveredSum: a.deliveredSum + b.deliveredSum,
    deliveredMin: Math.min(a.deliveredMin, b.deliveredMin),
    deliveredMax: Math.max(a.deliveredMax, b.deliveredMax),
    errorBuckets,
  };
}
