import type { Condition, ConditionType, FaultReport, FaultResource, FaultResourceStatus } from './kubernetes.ts';
import { type ReportSums, type SumOptions, sumReports, totalOf } from './reports.ts';
import { doseText, effectText, targetText } from './status-text.ts';

export interface SummaryOptions extends SumOptions {
  /** Pods that selector and mode choose, where the caller knows; default: as many as the reports name. */
  readonly selectedPods?: number;
}

/** The status of a Fault. Conditions that stay as they were keep the time of their last change. */
export function summarise(
  fault: FaultResource,
  reports: readonly FaultReport[],
  options: SummaryOptions = {},
): FaultResourceStatus {
  const sums = sumReports(fault, reports, options);
  const pods = new Set(sums.targets.map(({ podUid }) => podUid)).size;
  // Pods that are gone have been reached, and are not there to be selected.
  const selected = options.selectedPods ?? pods;
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
    matched: totalOf(sums.evidence, ({ matched }) => matched),
    applied: totalOf(sums.evidence, ({ applied }) => applied),
    ...(dose === undefined
      ? {}
      : { requested: doseText(dose, dose.requestedSum), delivered: doseText(dose, dose.deliveredSum) }),
    conditions: conditionsOf(fault, sums, selected, options.nowMs ?? Date.now()),
    evidence: sums.evidence,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
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
      // What was chosen may have been armed since its report.
      isEnded && sums.targets.every((target) => target.recovered),
      ['AllReverted', isEnded ? 'NotAllReverted' : 'NotEnded'],
      `${recovered} of ${reached} pods`,
    ),
  ];
}
