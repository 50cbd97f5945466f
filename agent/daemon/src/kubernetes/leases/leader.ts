import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import { HeldLease } from './held-lease.ts';
import { type Lease, leasePath, writerOf } from './lease.ts';
import { realScheduler, type Scheduler } from './scheduler.ts';
import { Sightings } from './sightings.ts';
import { jittered, pollMs, takeoverMs } from './timing.ts';

export interface ElectOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  /** The Lease that all candidates share. */
  readonly name: string;
  /** For people. */
  readonly identity: string;
  readonly clock: Clock;
  /** Stands down: the lease is released, so that another leads soon. */
  readonly signal: AbortSignal;
  /** Called at each election; its signal aborts when this candidate leads no longer. */
  readonly onElected: (signal: AbortSignal) => void;
  readonly scheduler?: Scheduler;
  readonly random?: () => number;
  /** About how many candidates there are: many of them look more rarely. Default 1. */
  readonly crowd?: () => number;
}

export interface Election {
  readonly isLeader: boolean;
  /** Resolves when the candidate has stood down and the lease is released or left to lapse. */
  readonly stopped: Promise<void>;
}

/** A leader that could not renew for this long has stood down; another begins 10 s after its last renewal at the earliest. */
const leadMs = 6_000;
/** All candidates together need not look more often than this, and each of them looks at least so often. */
const lookShareMs = 50;
const mostRestMs = 60_000;

/** Takes part in the election of one leader among all who name the same Lease. */
export function elect(options: ElectOptions): Election {
  const { api, namespace, name, identity, clock, signal, scheduler = realScheduler, random = Math.random } = options;
  const { crowd = () => 1 } = options;
  const writer = randomUUID();
  const sightings = new Sightings(clock);
  let lease: HeldLease | undefined;
  let term: AbortController | undefined;
  let undoLook = () => {};
  let wasNews = false;
  const restMs = () => jittered(Math.max(pollMs, Math.min(mostRestMs, crowd() * lookShareMs)), random);

  const lookIn = (ms: number) => {
    undoLook();
    if (!signal.aborted) undoLook = scheduler.after(ms, () => void look());
  };
  const onChange = () => {
    if (lease?.isHeld && term === undefined) {
      term = new AbortController();
      options.onElected(term.signal);
    } else if (!lease?.isHeld && term !== undefined) {
      term.abort();
      term = undefined;
    }
    if (lease?.isOver) {
      lease = undefined;
      lookIn(restMs());
    }
  };
  const take = (seen: Lease | undefined): void => {
    lease = new HeldLease({
      ...{ api, namespace, name, writer, clock, scheduler, random, onChange },
      holder: identity,
      holdMs: leadMs,
    });
    void (seen === undefined ? lease.create() : lease.replace(seen));
  };
  const look = async () => {
    let nextMs = jittered(pollMs, random);
    try {
      const seen = await api.request<Lease>('GET', leasePath(namespace, name), { signal });
      const isNews = sightings.see(seen);
      const staleMs = takeoverMs - sightings.unchangedMs(name);
      // Its own after a write whose answer never came.
      if (!signal.aborted && (staleMs <= 0 || writerOf(seen) === writer)) return take(seen);
      // Two looks not too far apart tell a leader that lives from one that is silent; then there is time.
      const isAlive = isNews && wasNews;
      nextMs = isAlive ? restMs() : Math.min(restMs(), staleMs);
      wasNews = isNews && !isAlive;
    } catch (error) {
      if (isStatus(error, 404) && !signal.aborted) return take(undefined);
    }
    lookIn(nextMs);
  };

  const stopped = new Promise<void>((resolve) => {
    const stop = () => {
      undoLook();
      void (lease?.release() ?? Promise.resolve()).then(() => resolve());
      lease?.stop();
      term?.abort();
      term = undefined;
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  lookIn(0);
  return {
    get isLeader() {
      return lease?.isHeld === true;
    },
    stopped,
  };
}
