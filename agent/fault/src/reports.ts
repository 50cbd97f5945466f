/** What the reports of all nodes say together; for the runner, and for the status that the elected agent writes. */
import { durationMs } from './duration.ts';
import { sumEvidence } from './evidence.ts';
import type { FaultReport, FaultResource, ReportedTarget, ResourceEndReason, ResourcePhase } from './kubernetes.ts';
import type { EffectEvidence } from './protocol.ts';

/** A target that has heard nothing of its agent for so long has reverted by itself: its dead-man's time and a margin. */
export const certainlyRevertedMs = 5_250;

export interface SumOptions {
  /** The API server's clock in Unix ms. Without it a ttl that is over is not noticed. */
  readonly nowMs?: number;
}

/** The sums over all reports of one fault. */
export interface ReportSums {
  /** One a process start, though two nodes may have reported it. */
  readonly targets: readonly ReportedTarget[];
  /** Pods with a target that was told; in which the fault is in force; in which all it did is undone. */
  readonly reached: number;
  readonly injected: number;
  readonly recovered: number;
  readonly evidence: readonly EffectEvidence[];
  readonly phase: ResourcePhase;
  readonly endReason?: ResourceEndReason;
  readonly refusal?: string;
}

/** Adds up reports; their order does not matter, and those of an earlier fault of the same name do not count. */
export function sumReports(
  fault: FaultResource,
  reports: readonly FaultReport[],
  { nowMs }: SumOptions = {},
): ReportSums {
  const own = reports.filter((report) => fault.metadata.uid === undefined || report.fault.uid === fault.metadata.uid);
  const ageMs = nowMs === undefined ? 0 : nowMs - Date.parse(fault.metadata.creationTimestamp ?? '');
  const ttlMs = durationMs(fault.spec.ttl);
  const isUndone = ageMs >= ttlMs + certainlyRevertedMs;
  const targets = distinct(own.flatMap((report) => report.targets)).map((target) =>
    isUndone && !target.recovered ? { ...target, recovered: true } : target,
  );
  const pods = [...Map.groupBy(targets, ({ podUid }) => podUid).values()];
  const count = (fits: (pod: readonly ReportedTarget[]) => boolean) => pods.filter(fits).length;
  const told = pods.filter((pod) => pod.some(({ state }) => state !== 'pending'));
  const injected = count((pod) => pod.some(isInForce));
  const end = endOf(fault, own, ageMs >= ttlMs);
  const refusal = own
    .map((report) => report.refusal)
    .filter((text) => text !== undefined)
    .sort()[0];
  const phase = ((): ResourcePhase => {
    if (refusal !== undefined && told.length === 0 && own.every((report) => report.refusal || report.endReason))
      return 'Refused';
    if (end !== undefined) return 'Ended';
    return injected > 0 ? 'Injected' : 'Pending';
  })();
  return {
    targets,
    reached: told.length,
    injected:
      phase === 'Ended' ? count((pod) => pod.some((target) => isInForce(target) && !target.recovered)) : injected,
    recovered: count((pod) => pod.some(({ state }) => state !== 'pending') && pod.every(({ recovered }) => recovered)),
    evidence: sumEvidence(targets.map(({ evidence }) => evidence)),
    phase,
    ...(phase === 'Ended' && end !== undefined ? { endReason: end } : {}),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** One entry a process start: what an agent said that has lost it yields to what its present agent says. */
const distinct = (targets: readonly ReportedTarget[]): ReportedTarget[] =>
  [...Map.groupBy(targets, ({ instance }) => instance)]
    // Sums of fractions depend on their order.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entries]) => ({
      ...entries.reduce((best, other) => (compare(best, other) >= 0 ? best : other)),
      evidence: furthest(entries.flatMap(({ evidence }) => evidence)),
    }));

/** Above 0 when `a` knows more. At last by their text, so that the order of reports never decides. */
function compare(a: ReportedTarget, b: ReportedTarget): number {
  const text = ({ evidence: _, ...target }: ReportedTarget) => JSON.stringify(Object.entries(target).sort());
  return (
    Number(a.state !== 'lost') - Number(b.state !== 'lost') ||
    totalOf(a.evidence, ({ matched }) => matched) - totalOf(b.evidence, ({ matched }) => matched) ||
    // Of two that know as much, the one that has not recovered is believed.
    Number(b.recovered) - Number(a.recovered) ||
    (text(a) < text(b) ? -1 : Number(text(a) > text(b)))
  );
}

/** Counts of one process only grow: of each effect the entry that has come furthest. */
function furthest(all: readonly EffectEvidence[]): readonly EffectEvidence[] {
  const best = new Map<number, EffectEvidence>();
  for (const effect of all) {
    const known = best.get(effect.index);
    const more =
      known === undefined
        ? 1
        : effect.matched - known.matched || effect.applied - known.applied || inOrder(effect, known);
    if (more > 0) best.set(effect.index, effect);
  }
  return [...best.values()].sort((left, right) => left.index - right.index);
}

/** Any order at all, as long as it is always the same one. */
const inOrder = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1);

/** In force; or gone because the fault has ended it, which is what it was for. */
const isInForce = ({ state, pulse, evidence }: ReportedTarget): boolean =>
  state === 'armed' || (state === 'lost' && pulse !== undefined && evidence.some(({ applied }) => applied > 0));

/** The gravest first: it is the one that people ask about. */
const gravity: readonly ResourceEndReason[] = ['lever', 'lease', 'stopped', 'deleted', 'ttl', 'failed', 'suspended'];

function endOf(fault: FaultResource, reports: readonly FaultReport[], isOver: boolean): ResourceEndReason | undefined {
  const reasons = reports.flatMap(({ endReason }) => endReason ?? []);
  const said = gravity.find((reason) => reasons.includes(reason));
  const allSaid = reports.every(({ endReason, refusal }) => endReason !== undefined || refusal !== undefined);
  if (said !== undefined && allSaid) return said;
  if (fault.spec.stopped === true) return said ?? 'stopped';
  if (fault.metadata.deletionTimestamp !== undefined) return said ?? 'deleted';
  return isOver ? (said ?? 'ttl') : undefined;
}

/** Adds up one count of several effects. */
export const totalOf = (evidence: readonly EffectEvidence[], value: (effect: EffectEvidence) => number): number =>
  evidence.reduce((total, effect) => total + value(effect), 0);
