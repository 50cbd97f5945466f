import {
  durationMs,
  type FaultReport,
  type FaultResource,
  type FaultStatus,
  type FaultTarget,
  type ReportedTarget,
  sumReports,
} from '@pado/fault';

/** A Fault of Kubernetes as the runner knows faults: summed from the reports, whoever is elected to write its status. */
export function faultStatus(fault: FaultResource, reports: readonly FaultReport[], nowMs: number): FaultStatus {
  const { targets, phase, endReason, injected, evidence } = sumReports(fault, reports, { nowMs });
  const pods = new Set(targets.map(({ podUid }) => podUid)).size;
  const ttlMs = durationMs(fault.spec.ttl);
  const elapsedMs = Math.min(ttlMs, Math.max(0, nowMs - Date.parse(fault.metadata.creationTimestamp ?? '')) || 0);
  const isEnded = phase === 'Ended' || phase === 'Refused';
  return {
    name: fault.metadata.name,
    uid: fault.metadata.uid ?? '',
    spec: fault.spec,
    phase: isEnded ? 'Ended' : phase,
    // Whoever pulled the lever stopped it; the note beside the run says that it was the lever.
    ...(endReason === undefined ? {} : { endReason: endReason === 'lever' ? 'stopped' : endReason }),
    elapsedMs,
    remainingMs: isEnded ? 0 : ttlMs - elapsedMs,
    conditions: {
      Selected: pods > 0,
      AllInjected: !isEnded && pods > 0 && injected === pods,
      AllRecovered: isEnded && targets.every((target) => target.recovered),
    },
    targets: targets.map(targetOf),
    evidence,
  };
}

function targetOf({ pod, container, pid, thread, name, state, reason, evidence }: ReportedTarget): FaultTarget {
  const place = container === undefined ? pod : `${pod}/${container}`;
  return {
    target: `${place}-${pid}${thread ? `.${thread}` : ''}`,
    name,
    pid,
    state,
    ...(reason === undefined ? {} : { reason }),
    evidence,
  };
}
