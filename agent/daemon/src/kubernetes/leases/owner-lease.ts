import type { Clock } from '../../clock.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { type Lease, type LeaseList, leasesPath } from './lease.ts';
import { pause, realScheduler, type Scheduler } from './scheduler.ts';
import { Sightings } from './sightings.ts';

/** deleted, or given up: no holder; missing: it never was there; silent: not renewed for its duration as seen from here. */
export type LapseReason = 'deleted' | 'given-up' | 'missing' | 'silent';

export interface OwnerLeaseOptions {
  readonly api: KubeApi;
  /** Of the Fault. */
  readonly namespace: string;
  /** `spec.leaseName`. */
  readonly name: string;
  readonly clock: Clock;
  /** Ends the watch; `onLapsed` is not called any more. */
  readonly signal: AbortSignal;
  /** Called once. */
  readonly onLapsed: (reason: LapseReason) => void;
  readonly scheduler?: Scheduler;
}

/** For a lease that says nothing sensible, and until its first answer. */
const defaultDurationMs = 15_000;
const maxDurationMs = 60_000;
/** An owner may create its Fault a moment before its Lease. */
const graceMs = 2_000;
/** Before it counts as silent the API server is asked once more, for a watch may be deaf, or this process was frozen. */
const confirmMs = 1_000;
const againMs = 500;

/** Watches the Lease by which a fault's owner says that it still lives. A change of any kind is a renewal. */
export function watchOwnerLease(options: OwnerLeaseOptions): void {
  const { api, namespace, name, clock, onLapsed, scheduler = realScheduler } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const end = () => {
    stop.abort();
    undoJudge();
  };
  if (options.signal.aborted) return;
  options.signal.addEventListener('abort', end, { once: true });
  const startedAt = clock.now();
  const sightings = new Sightings(clock);
  let hasBeen = false;
  let lastAt = startedAt;
  let durationMs = defaultDurationMs;
  let watching = new AbortController();
  let undoJudge = () => {};

  const lapse = (reason: LapseReason) => {
    if (signal.aborted) return;
    end();
    options.signal.removeEventListener('abort', end);
    onLapsed(reason);
  };
  /** Resolves to whether the lease has changed. */
  const see = (lease: Lease): boolean => {
    if (!lease.spec?.holderIdentity) lapse('given-up');
    hasBeen = true;
    durationMs = durationOf(lease);
    if (!sightings.see(lease)) return false;
    lastAt = clock.now();
    judgeInTime();
    return true;
  };
  const query = { fieldSelector: `metadata.name=${name}` };
  /** Resolves to the version that a watch goes on from. @throws KubeError */
  const look = async (timeoutMs?: number): Promise<{ version: string | undefined; isNews: boolean }> => {
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const { items, metadata } = await api.request<LeaseList>('GET', leasesPath(namespace), { query, signal, ...limit });
    const [lease] = items;
    if (lease === undefined && hasBeen) lapse('deleted');
    return { version: metadata.resourceVersion, isNews: lease !== undefined && see(lease) };
  };
  const watchOn = async () => {
    while (!signal.aborted) {
      try {
        const { version } = await look();
        if (!hasBeen && clock.now() - startedAt >= graceMs) lapse('missing');
        if (hasBeen && version !== undefined) {
          watching = new AbortController();
          await api.watch<Lease>(leasesPath(namespace), {
            query: { ...query, resourceVersion: version },
            onEvent: ({ type, object }) => {
              if (type === 'DELETED') lapse('deleted');
              else if (type !== 'BOOKMARK') see(object);
            },
            signal: AbortSignal.any([signal, watching.signal]),
          });
        }
      } catch {
        // Without an answer the lease's time runs on.
      }
      await pause(scheduler, againMs, signal);
    }
  };
  const leftMs = () => lastAt + durationMs - clock.now();
  const judgeInTime = () => {
    const beforeMs = Math.min(confirmMs, durationMs / 2);
    undoJudge();
    if (!signal.aborted) undoJudge = scheduler.after(Math.max(0, leftMs() - beforeMs), () => void judge());
  };
  const judge = async () => {
    // A change that only this question shows: the watch is deaf.
    if (
      await look(confirmMs).then(
        ({ isNews }) => isNews,
        () => false,
      )
    )
      return watching.abort();
    if (leftMs() <= 0) lapse('silent');
    else judgeFinally();
  };
  const judgeFinally = () => {
    undoJudge();
    const check = () => (leftMs() <= 0 ? lapse('silent') : judgeFinally());
    if (!signal.aborted) undoJudge = scheduler.after(Math.max(1, leftMs()), check);
  };
  judgeInTime();
  void watchOn();
}

function durationOf({ spec }: Lease): number {
  const seconds = spec?.leaseDurationSeconds;
  if (typeof seconds !== 'number' || !(seconds > 0)) return defaultDurationMs;
  return Math.min(maxDurationMs, Math.max(1_000, seconds * 1_000));
}
