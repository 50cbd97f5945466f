/** What the reports of all nodes say together: for the agent that writes a Fault's status, and for the runner. */
import { durationMs } from './duration.ts';
import { sumEvidence } from './evidence.ts';
import type {
  Condition,
  ConditionType,
  FaultReport,
  FaultResource,
  FaultResourceStatus,
  ReportedTarget,
  ResourceEndReason,
  ResourcePhase,
} from './kubernetes.ts';
import type { EffectEvidence } from './protocol.ts';
import { doseText, effectText, targetText } from './status-text.ts';

/** A target that has heard nothing of its agent for so long has reverted by itself: its dead-man's time and a margin. */
export const certainlyRevertedMs = 5_250;

export interface SummaryOptions {
  /** Pods that selector and mode choose, where the caller knows; default: as many as the reports name. */
  readonly selectedPods?: number;
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
  { nowMs }: Pick<SummaryOptions, 'nowMs'> = {},
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

/** The status of a Fault. Conditions that stay as they were keep the time of their last change. */
export function summarise(
  fault: FaultResource,
  reports: readonly FaultReport[],
  options: SummaryOptions = {},
): FaultResourceStatus {
  const sums = sumReports(fault, reports, options);
  const pods = new Set(sums.targets.map(({ podUid }) => podUid)).size;
  const selected = Math.max(options.selectedPods ?? pods, sums.reached);
  const dose = sums.evidence.find(({ dose: one }) => one !== undefined && one.samples > 0)?.dose;
  const { phase, endReason, reached, injected, recovered } = sums;
  const { generation } = fault.metadata;
  return {
    phase,
    ...(endReason === undefined ? {} : { endReason }),
    message: messageOf(sums, selected),
    effect: fault.spec.effects.map(effectText).join(', '),
    target: targetText(fault.spec.target),
    selected,
    reached,
    injected,
    recovered,
    pods: `${injected}/${selected}`,
    matched: sum(sums.evidence, ({ matched }) => matched),
    applied: sum(sums.evidence, ({ applied }) => applied),
    ...(dose === undefined
      ? {}
      : { requested: doseText(dose, dose.requestedSum), delivered: doseText(dose, dose.deliveredSum) }),
    conditions: conditionsOf(fault, sums, selected, options.nowMs ?? Date.now()),
    evidence: sums.evidence,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
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
  const text = (target: ReportedTarget) => JSON.stringify([target.state, target.recovered, target.pod, target.reason]);
  return (
    Number(a.state !== 'lost') - Number(b.state !== 'lost') ||
    sum(a.evidence, ({ matched }) => matched) - sum(b.evidence, ({ matched }) => matched) ||
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
    const more = known === undefined ? 1 : effect.matched - known.matched || effect.applied - known.applied;
    if (more > 0) best.set(effect.index, effect);
  }
  return [...best.values()].sort((left, right) => left.index - right.index);
}

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

function messageOf({ phase, endReason, refusal, reached, injected, recovered, targets }: ReportSums, selected: number) {
  const failed = targets.find(({ state }) => state === 'failed');
  const why = failed === undefined ? '' : `; ${failed.pod} refused it: ${failed.reason ?? 'no reason given'}`;
  switch (phase) {
    case 'Refused':
      return `refused: ${refusal}`;
    case 'Ended':
      return `ended (${endReason}), ${recovered} of ${reached} pods have reverted${why}`;
    case 'Injected':
      return `in force in ${injected} of ${selected} pods${why}`;
    case 'Pending':
      return selected === 0
        ? 'no pod with injection has these labels'
        : `reached ${reached} of ${selected} pods, in force in none${why}`;
  }
}

function conditionsOf(fault: FaultResource, sums: ReportSums, selected: number, nowMs: number): readonly Condition[] {
  const { phase, reached, injected, recovered } = sums;
  const isEnded = phase === 'Ended' || phase === 'Refused';
  const state = (type: ConditionType, isTrue: boolean, reasons: readonly [string, string], message: string) => {
    const status = isTrue ? 'True' : 'False';
    const before = fault.status?.conditions.find((one) => one.type === type);
    const { generation } = fault.metadata;
    return {
      type,
      status,
      reason: reasons[isTrue ? 0 : 1],
      message,
      lastTransitionTime:
        before?.status === status ? before.lastTransitionTime : new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    } as const;
  };
  const pods = (count: number) => `${count} of ${selected} pods`;
  return [
    state('Selected', selected > 0, ['PodsSelected', 'NoPodSelected'], pods(selected)),
    state(
      'AllInjected',
      !isEnded && selected > 0 && injected >= selected,
      ['AllInForce', isEnded ? 'Ended' : 'NotAllInForce'],
      pods(injected),
    ),
    state(
      'AllRecovered',
      isEnded && recovered >= reached,
      ['AllReverted', isEnded ? 'NotAllReverted' : 'NotEnded'],
      `${recovered} of ${reached} pods`,
    ),
  ];
}

const sum = (evidence: readonly EffectEvidence[], value: (effect: EffectEvidence) => number): number =>
  evidence.reduce((total, effect) => total + value(effect), 0);
