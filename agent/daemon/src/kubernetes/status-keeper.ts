import { apiVersion, type FaultReport, type FaultResource, type FaultResourceStatus, summarise } from '@pado/fault';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { wantedCount } from '../select.ts';
import { createInformer, type Informer } from './api/informer.ts';
import { isStatus, type KubeApi } from './api/kube-api.ts';
import type { Tell } from './events.ts';
import { sweepSlots } from './leases/sweep-slots.ts';
import type { Limits } from './limits.ts';
import type { CountPods } from './pods.ts';

/** How often what has changed is summed up and written. */
const everyMs = 500;
/** How often the selected pods of a fault that goes on are counted anew. */
const countEveryMs = 10_000;
/** A report that its agent should have renewed three times: what it says is in force has reverted by itself since. */
const silentMs = 15_000;

export interface StatusKeeperOptions {
  readonly api: KubeApi;
  readonly agentNamespace: string;
  readonly faults: Informer<FaultResource>;
  readonly limitsOf: (namespace: string) => Limits;
  readonly countPods: CountPods;
  readonly tell: Tell;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly report: FaultReport;
  readonly at: number;
}

interface Watched {
  /** Pods that the selector chooses, whatever the mode. */
  total?: number;
  countedAt: number;
  /** When the reports were last summed up. */
  summedAt: number;
  isWriting?: boolean;
  written?: string;
}

/** Sums the reports of all nodes into each Fault's status, for people. One agent does it: the elected one. */
export function keepStatus(options: StatusKeeperOptions): void {
  const { api, faults, clock, log, signal, agentNamespace } = options;
  const reports = new Map<string, Map<string, Seen>>();
  const watched = new Map<string, Watched>();
  const informer = createInformer<FaultReport>({
    ...{ api, clock, log, signal },
    path: `/apis/${apiVersion}/faultreports`,
  });
  informer.on(({ type, object }) => {
    const { uid } = object.fault;
    const own = reports.get(uid) ?? new Map<string, Seen>();
    if (type === 'deleted') own.delete(object.node);
    else own.set(object.node, { report: object, at: clock.now() });
    if (own.size === 0) reports.delete(uid);
    else reports.set(uid, own);
  });
  void sweepSlots({
    ...{ api, namespace: agentNamespace, clock, log, signal },
    living: () => (faults.isSynced ? new Set(faults.items.keys()) : undefined),
  });

  const look = () => {
    if (!informer.isSynced) return;
    for (const uid of watched.keys()) if (!faults.items.has(uid)) watched.delete(uid);
    for (const [uid, fault] of faults.items) {
      const state = watched.get(uid) ?? { countedAt: Number.NEGATIVE_INFINITY, summedAt: Number.NEGATIVE_INFINITY };
      watched.set(uid, state);
      if (!state.isWriting) void keep(fault, state);
    }
  };

  const keep = async (fault: FaultResource, state: Watched): Promise<void> => {
    const { status, metadata } = fault;
    const seenNow = () => [...(reports.get(metadata.uid ?? '')?.values() ?? [])];
    const isOver = status?.phase === 'Ended' || status?.phase === 'Refused';
    const isQuiet = seenNow().every(
      // The last counts may come after the word that all is undone.
      ({ report, at }) => at < state.summedAt && report.targets.every(({ recovered }) => recovered),
    );
    if (isOver && isQuiet && isSettled(status)) return;
    state.isWriting = true;
    try {
      if (!isOver && clock.now() - state.countedAt >= countEveryMs) {
        state.countedAt = clock.now();
        const { mode = 'all', selector } = fault.spec.target;
        // All means all: people see that some have no injection. A number and a share are of those that can be hit.
        state.total = await options.countPods(metadata.namespace ?? '', selector.matchLabels, mode !== 'all');
      }
      state.summedAt = clock.now();
      const next = statusNow(fault, state, seenNow());
      const text = JSON.stringify(next);
      if (text === state.written || text === JSON.stringify(status)) return;
      await write(fault, next);
      state.written = text;
      tellChange(fault, next);
    } catch (error) {
      // Gone in the meantime; or a newer object is on its way here.
      if (!isStatus(error, 404) && !isStatus(error, 409))
        log('warn', 'a status could not be written', { fault: metadata.name, error: (error as Error).message });
    } finally {
      state.isWriting = false;
    }
  };

  const statusNow = (fault: FaultResource, { total }: Watched, seen: readonly Seen[]): FaultResourceStatus => {
    const { spec, metadata, status } = fault;
    const nowMs = api.serverNow();
    const heard = seen.map(({ report, at }) => (clock.now() - at < silentMs ? report : asSilent(report)));
    const next = summarise(fault, heard, {
      ...(total === undefined ? {} : { selectedPods: wantedCount(spec.target, total, spec.seed ?? 1) }),
      ...(nowMs === undefined ? {} : { nowMs }),
    });
    // What is over stays over.
    if (status?.phase === 'Ended' || status?.phase === 'Refused') {
      const { endReason = next.endReason } = status;
      return { ...next, phase: status.phase, ...(endReason === undefined ? {} : { endReason }) };
    }
    if (next.phase === 'Pending' && seen.length === 0 && options.limitsOf(metadata.namespace ?? '').isLeverEngaged)
      return { ...next, phase: 'Refused', message: 'refused: the safety lever is engaged' };
    return next;
  };

  const write = async ({ metadata }: FaultResource, status: FaultResourceStatus): Promise<void> => {
    const path = `/apis/${apiVersion}/namespaces/${metadata.namespace}/faults/${metadata.name}/status`;
    await api.request('PATCH', path, {
      contentType: 'application/merge-patch+json',
      // Of this very object: a name may be used again.
      body: { metadata: { uid: metadata.uid }, status: { ...cleared, ...status } },
    });
  };

  const tellChange = ({ metadata, status: before }: FaultResource, { phase, message }: FaultResourceStatus): void => {
    if (before?.phase === phase || (before === undefined && phase === 'Pending')) return;
    const subject = {
      ...{ apiVersion, kind: 'Fault', name: metadata.name },
      ...{ namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' },
    };
    options.tell(subject, phase === 'Refused' ? 'Warning' : 'Normal', `Fault${phase}`, message);
  };

  const timer = setInterval(look, everyMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** A merge patch keeps what it does not name: these may have been there before. */
const cleared = { endReason: null, requested: null, delivered: null };

const isSettled = (status: FaultResourceStatus | undefined): boolean =>
  status?.conditions.some(({ type, status: is }) => type === 'AllRecovered' && is === 'True') === true;

/** Its agent is gone or cut off. A process that hears no agent suspends itself long before. */
const asSilent = (report: FaultReport): FaultReport => ({
  ...report,
  targets: report.targets.map((target) =>
    target.recovered ? target : { ...target, state: 'lost', recovered: true, reason: 'its agent is silent' },
  ),
});
