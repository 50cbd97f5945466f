import { randomUUID } from 'node:crypto';
import { keys } from '@pado/fault';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { HeldLease } from './held-lease.ts';
import { annotations, type Lease, type LeaseList, leasesPath, writerOf } from './lease.ts';
import { realScheduler, type Scheduler } from './scheduler.ts';
import { Sightings } from './sightings.ts';
import { holdMs, jittered, pollMs, retryLostMs, takeoverMs } from './timing.ts';

export { freezeCount } from './freeze-count.ts';

export interface FaultReference {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
}

export interface SlotsOptions {
  readonly api: KubeApi;
  /** Where the Leases are: the agent's own namespace. */
  readonly namespace: string;
  readonly fault: FaultReference;
  /** How many pods the fault may hit at once, in the whole cluster. */
  readonly count: number;
  /** The same for all processes of this agent, one after the other: the node's name, or the pod's without nodes. */
  readonly identity: string;
  /** About how many pods want one, in the whole cluster: many look more rarely. Default: as many as there are slots. */
  readonly crowd?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** What is held has changed: suspend whom `holds` denies, arm whom it allows. */
  readonly onChange: () => void;
  /** Ends it: nothing is held then; leases that were not released lapse. */
  readonly signal: AbortSignal;
  /** For the annotation that people read. */
  readonly podName?: (podUid: string) => string | undefined;
  /** Default: timers of Node.js. */
  readonly scheduler?: Scheduler;
  /** Default Math.random. */
  readonly random?: () => number;
}

export interface Slots {
  /**
   * The pods that would be hit, the preferred first: tries to hold a slot for each. Who is no longer named keeps what it
   * holds until it is released. Another call replaces the list.
   */
  readonly want: (podUids: readonly string[]) => void;
  /** Whether the pod may be hit at this moment. */
  readonly holds: (podUid: string) => boolean;
  /** Pods that hold a slot at this moment. */
  readonly held: readonly string[];
  /** Gives a pod's slot to others: only when what the fault did to it has certainly been undone. Never rejects. */
  readonly release: (podUid: string) => Promise<void>;
  /** Calls `onChange` if time alone has changed what is held: before each word that keeps a target armed. */
  readonly check: () => void;
}

/** A wake-up never follows the last one sooner. */
const restMs = 250;
/** As many leases are written at once. */
const atOnce = 8;
/** For each pod that wants a slot, and at most: how long who waits for one of many may rest between its looks. */
const restShareMs = 20;
const mostRestMs = 20_000;

/** The pods of one fault that this agent may hit; `timing.ts` says why no two agents together hit too many. */
export const createSlots = (options: SlotsOptions): Slots => new SlotKeeper(options);

/** A pod and the slot it may take. */
interface Chance {
  readonly podUid: string;
  readonly name: string;
  /** What stands there now; undefined where nothing does. */
  readonly seen?: Lease;
  readonly isFenced?: boolean;
}

/** In one file, though long: wishes, looks and what came of them are one state, and the promise hangs on all of it. */
class SlotKeeper implements Slots {
  readonly #options: SlotsOptions;
  readonly #scheduler: Scheduler;
  readonly #random: () => number;
  /** Tells this process from one before or after it with the same identity. */
  readonly #writer = randomUUID();
  readonly #sightings: Sightings;
  readonly #slots: readonly string[];
  /** By pod: being taken, held, lapsed and tried again, or being released. */
  readonly #leases = new Map<string, HeldLease>();
  /** Pods whose lease a younger process of this identity may have taken over: it is not taken back at once. */
  readonly #lost = new Set<string>();
  #wanted: readonly string[] = [];
  #isLooking = false;
  #wakesAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Asked for while it was looking. */
  #againMs = Number.POSITIVE_INFINITY;
  /** Looks in a row after which another was faster. */
  #refusals = 0;
  /** The last look, or the one before it, has shown that every slot's holder lives. */
  #wasNews = false;
  #isAlive = false;
  #failures = 0;
  #undoWake = () => {};

  constructor(options: SlotsOptions) {
    const { scheduler = realScheduler, random = Math.random, clock, count, fault, signal } = options;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#sightings = new Sightings(clock);
    this.#slots = Array.from({ length: count }, (_, n) => `pado-${fault.uid}-${n}`);
    signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  want = (podUids: readonly string[]): void => {
    const isNew = podUids.some((uid) => !this.#wanted.includes(uid));
    this.#wanted = [...podUids];
    for (const [podUid, lease] of this.#leases) if (!podUids.includes(podUid)) this.#forgetIfLapsed(podUid, lease);
    if (isNew) this.#wake(0);
  };

  holds = (podUid: string): boolean => !this.#options.signal.aborted && this.#leases.get(podUid)?.isHeld === true;

  get held(): string[] {
    return [...this.#leases.keys()].filter(this.holds);
  }

  release = async (podUid: string): Promise<void> => {
    await this.#leases.get(podUid)?.release();
  };

  check = (): void => {
    for (const lease of [...this.#leases.values()]) lease.check();
  };

  #stop(): void {
    this.#undoWake();
    for (const lease of this.#leases.values()) lease.stop();
    this.#leases.clear();
  }

  get #missing(): string[] {
    return this.#wanted.filter((uid) => !this.#leases.has(uid));
  }

  /** What lapsed and is not wanted is not tried again. */
  #forgetIfLapsed(podUid: string, lease: HeldLease): void {
    if (!lease.hasLapsed) return;
    lease.stop();
    this.#leases.delete(podUid);
  }

  /** Looks at the leases in `ms`, or earlier if that was to happen anyway. */
  #wake(ms: number): void {
    if (this.#options.signal.aborted || this.#missing.length === 0) return;
    const now = this.#options.clock.now();
    const at = Math.max(now + ms, this.#lookedAt + restMs);
    if (this.#isLooking) this.#againMs = Math.min(this.#againMs, ms);
    if (this.#isLooking || (at >= this.#wakesAt && this.#wakesAt > now)) return;
    this.#undoWake();
    this.#wakesAt = at;
    this.#undoWake = this.#scheduler.after(at - now, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (this.#options.signal.aborted || this.#isLooking || this.#missing.length === 0) return;
    this.#isLooking = true;
    this.#lookedAt = this.#options.clock.now();
    this.#againMs = Number.POSITIVE_INFINITY;
    let nextMs: number;
    try {
      const chances = this.#chances(await this.#list());
      let isRefused = false;
      for (let at = 0; at < chances.length; at += atOnce) {
        const taken = await Promise.all(chances.slice(at, at + atOnce).map((chance) => this.#take(chance)));
        isRefused ||= taken.includes(false);
      }
      // Who came too late looks again soon, for another slot may be free; but not all of a thousand, and again and again.
      this.#refusals = isRefused ? this.#refusals + 1 : 0;
      const soonMs = Math.min(pollMs, restMs * 2 ** this.#refusals);
      nextMs = isRefused ? jittered(soonMs, this.#random) : this.#nextMs();
    } catch (error) {
      this.#onFailure(error);
      nextMs = jittered(retryLostMs, this.#random);
    }
    this.#isLooking = false;
    this.#wake(Math.min(nextMs, this.#againMs));
  }

  async #list(): Promise<readonly Lease[]> {
    const { api, namespace, fault } = this.#options;
    const { items } = await api.request<LeaseList>('GET', leasesPath(namespace), {
      query: { labelSelector: `${keys.slot},${keys.faultUid}=${fault.uid}` },
    });
    const slots = items.filter(({ metadata }) => this.#slots.includes(metadata.name));
    const isNews = this.#sightings.seeAll(slots) && slots.length === this.#slots.length;
    this.#isAlive = isNews && this.#wasNews;
    this.#wasNews = isNews && !this.#isAlive;
    return slots;
  }

  /**
   * Until the next look, or until the first lease becomes stale. Two looks not too far apart tell whether the holders of
   * all slots live; then there is time, the more the more others wait too: their looks must not crowd out the holders'
   * renewals.
   */
  #nextMs(): number {
    const { count, crowd = count } = this.#options;
    const ms = jittered(Math.max(pollMs, Math.min(mostRestMs, crowd * restShareMs)), this.#random);
    if (this.#isAlive) return ms;
    const left = this.#slots.map((name) => takeoverMs - this.#sightings.unchangedMs(name)).filter((ms) => ms > 0);
    return Math.min(ms, ...left);
  }

  /** For each pod without a slot one that may be taken: its own, else a free one, else one whose holder is silent. */
  #chances(leases: readonly Lease[]): Chance[] {
    const seen = new Map(leases.map((lease) => [lease.metadata.name, lease]));
    const free = shuffled(
      this.#slots.filter((name) => !seen.has(name)),
      this.#random,
    );
    const stale = leases.filter(({ metadata: { name } }) => this.#sightings.unchangedMs(name) >= takeoverMs);
    const chances: Chance[] = [];
    const strangers: string[] = [];
    for (const podUid of this.#missing) {
      const own = leases.find((lease) => this.#isOwn(lease, podUid));
      if (own === undefined) strangers.push(podUid);
      else chances.push({ podUid, name: own.metadata.name, seen: own, isFenced: writerOf(own) !== this.#writer });
    }
    const adopted = new Set(chances.map(({ name }) => name));
    const others = [
      ...free.map((name) => ({ name })),
      ...stale
        .filter(({ metadata: { name } }) => !adopted.has(name))
        .map((lease) => ({ name: lease.metadata.name, seen: lease })),
    ];
    return [...chances, ...strangers.slice(0, others.length).map((podUid, index) => ({ podUid, ...others[index]! }))];
  }

  /**
   * The same pod stays the one that is hit, whichever process of this identity cares for it; but whoever lost it to
   * another process leaves it there, else the two would take it from one another for ever.
   */
  #isOwn(lease: Lease, podUid: string): boolean {
    if (lease.spec?.holderIdentity !== this.#holder(podUid)) return false;
    return writerOf(lease) === this.#writer || !this.#lost.has(podUid);
  }

  #holder(podUid: string): string {
    return `${this.#options.identity}/${podUid}`;
  }

  /** Resolves to whether the slot is held now. */
  async #take({ podUid, name, seen, isFenced = false }: Chance): Promise<boolean> {
    if (this.#options.signal.aborted || !this.#missing.includes(podUid)) return true;
    const lease = this.#lease(podUid, name);
    this.#leases.set(podUid, lease);
    const isTaken = await (seen === undefined ? lease.create() : lease.replace(seen, { isFenced }));
    if (isTaken && seen !== undefined)
      this.#options.log('info', 'slot taken over', { slot: name, podUid, from: seen.spec?.holderIdentity });
    return isTaken;
  }

  #lease(podUid: string, name: string): HeldLease {
    const { api, namespace, fault, podName, clock } = this.#options;
    const pod = podName?.(podUid);
    const lease: HeldLease = new HeldLease({
      ...{ api, namespace, name, clock, holdMs },
      ...{ holder: this.#holder(podUid), writer: this.#writer, scheduler: this.#scheduler, random: this.#random },
      labels: { [keys.slot]: name.slice(name.lastIndexOf('-') + 1), [keys.faultUid]: fault.uid },
      annotations: {
        ...(pod === undefined ? {} : { [annotations.pod]: pod }),
        [annotations.podUid]: podUid,
        [annotations.fault]: `${fault.namespace}/${fault.name}`,
      },
      onChange: () => this.#onLease(podUid, lease),
      onFailure: (error) => this.#onFailure(error),
    });
    return lease;
  }

  #onLease(podUid: string, lease: HeldLease): void {
    if (this.#leases.get(podUid) !== lease) return;
    const isWanted = this.#wanted.includes(podUid);
    if (lease.isHeld) this.#failures = 0;
    if (lease.isOver) this.#leases.delete(podUid);
    if (lease.hasLost) this.#lost.add(podUid);
    // Taken after the wish for it was gone, and so never used.
    if (lease.isHeld && !isWanted) return void lease.release();
    if (!isWanted) this.#forgetIfLapsed(podUid, lease);
    this.#options.onChange();
    if (lease.isOver && lease.wasTaken) this.#wake(0);
  }

  #onFailure(error: unknown): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    const { log, fault } = this.#options;
    log('warn', 'slots: the API server does not answer as it should', { fault: fault.name, error: String(error) });
  }
}

function shuffled(names: readonly string[], random: () => number): string[] {
  return names
    .map((name) => ({ name, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}
