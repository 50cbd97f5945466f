import { keys } from '@pado/fault';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import { deleteLease, type Lease, type LeaseList, leasesPath, stampOf } from './lease.ts';
import { pause, realScheduler, type Scheduler } from './scheduler.ts';
import { Sightings } from './sightings.ts';
import { jittered } from './timing.ts';

export interface SweepOptions {
  readonly api: KubeApi;
  /** Where the Leases are: the agent's own namespace. */
  readonly namespace: string;
  /** Uids of the Faults that exist; undefined while that is not known. */
  readonly living: () => ReadonlySet<string> | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly scheduler?: Scheduler;
  readonly random?: () => number;
}

const everyMs = 30_000;
/** A Fault must be gone, and its Lease unchanged, for this long as seen from here. */
const unchangedMs = 60_000;

/** Deletes, until the signal aborts, what slots of Faults are left that no longer exist. One agent does it: the leader. */
export async function sweepSlots(options: SweepOptions): Promise<void> {
  const { clock, log, signal, scheduler = realScheduler, random = Math.random } = options;
  const sightings = new Sightings(clock);
  const goneSince = new Map<string, number>();
  while (!signal.aborted) {
    try {
      await sweepOnce(options, sightings, goneSince);
    } catch (error) {
      log('warn', 'leases of slots could not be swept', { error: String(error) });
    }
    await pause(scheduler, jittered(everyMs, random), signal);
  }
}

async function sweepOnce(
  { api, namespace, living, clock, log, signal }: SweepOptions,
  sightings: Sightings,
  goneSince: Map<string, number>,
): Promise<void> {
  const { items } = await api.request<LeaseList>('GET', leasesPath(namespace), {
    query: { labelSelector: keys.slot },
    signal,
  });
  sightings.seeAll(items);
  const alive = living();
  if (alive === undefined) return goneSince.clear();
  const faultOf = ({ metadata }: Lease) => metadata.labels?.[keys.faultUid] ?? '';
  const orphans = items.filter((lease) => !alive.has(faultOf(lease)));
  const gone = new Set(orphans.map(faultOf));
  for (const uid of goneSince.keys()) if (!gone.has(uid)) goneSince.delete(uid);
  for (const uid of gone) if (!goneSince.has(uid)) goneSince.set(uid, clock.now());
  for (const lease of orphans) {
    const { name } = lease.metadata;
    const isOld = clock.now() - goneSince.get(faultOf(lease))! >= unchangedMs;
    if (!isOld || sightings.unchangedMs(name) < unchangedMs || signal.aborted) continue;
    try {
      await deleteLease(api, namespace, name, stampOf(lease));
      log('info', 'swept a slot of a fault that is gone', { slot: name });
    } catch (error) {
      if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
    }
  }
}
