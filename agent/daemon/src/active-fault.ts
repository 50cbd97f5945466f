import { randomUUID } from 'node:crypto';
import {
  type Address,
  certainlyRevertedMs,
  durationMs,
  type EffectEvidence,
  type EndReason,
  type Fault,
  type FaultStatus,
  sumEvidence,
  type Target,
  type TargetState,
} from '@pado/fault';
import type { Clock } from './clock.ts';
import { Once } from './once.ts';
import { fits, ranked, wantedCount, withThreads } from './select.ts';
import type { ConnectedTarget, Reach } from './target.ts';
import type { Targets } from './targets.ts';

/** A process that the fault has reached. */
interface Entry extends Reach {
  readonly target: ConnectedTarget;
  /** It has been told; until then there is nothing to undo. */
  isArmed: boolean;
  /** It has been told to suspend, until it is chosen again. */
  isWithdrawn?: boolean;
  lostAt?: number;
}

export interface ActiveFaultOptions {
  readonly targets: Targets;
  readonly clock: Clock;
  /** Default: a random one. */
  readonly uid?: string;
  /** How old the fault is already; default 0. */
  readonly elapsedMs?: number;
  /** Which of the connected processes may be hit, besides what the selector says; default: any. */
  readonly admits?: (target: ConnectedTarget) => boolean;
  /** Which of those that fit are hit; by default as many as the mode says, by a count that is frozen at the first choice. */
  readonly choose?: (fitting: readonly ConnectedTarget[]) => ConnectedTarget[];
  /** Where a service is; by default wherever the connected processes of that name listen. */
  readonly addressesOf?: (service: string) => readonly Address[];
  /** Called with what arms a process for the first time; by default it is done at once. */
  readonly beforeArm?: (arm: () => void) => void;
  /** Something has changed that a status or report would show. */
  readonly onChange?: () => void;
}

/** What a fault knows of a process that it reached, for a report. */
export interface Reached extends Readonly<Reach> {
  readonly target: ConnectedTarget;
  /** What the fault did there is undone: the process said so, or its dead-man's time is over. */
  readonly recovered: boolean;
}

/** One fault in the agent: whom it reaches, how long it has to go, and what came back. */
export class ActiveFault {
  readonly uid: string;
  readonly fault: Fault;
  /** Set for a fault that ends processes. */
  readonly once: Once | undefined;
  readonly #clock: Clock;
  readonly #targets: Targets;
  readonly #createdAt: number;
  readonly #ttlMs: number;
  readonly #options: ActiveFaultOptions;
  /** By instance; entries stay when a process is gone, for the evidence. */
  readonly #reached = new Map<string, Entry>();
  /** How many targets a share stands for: frozen when the first targets are chosen. */
  #frozenCount: number | undefined;
  #ended: { readonly reason: EndReason; readonly at: number } | undefined;

  constructor(fault: Fault, options: ActiveFaultOptions) {
    const { targets, clock, uid = randomUUID(), elapsedMs = 0 } = options;
    this.uid = uid;
    this.fault = fault;
    this.#options = options;
    this.#targets = targets;
    this.#clock = clock;
    this.#createdAt = clock.now() - elapsedMs;
    this.#ttlMs = durationMs(fault.spec.ttl);
    this.once = Once.for(fault.spec, targets.all);
  }

  get name(): string {
    return this.fault.metadata.name;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get endReason(): EndReason | undefined {
    return this.#ended?.reason;
  }

  get elapsedMs(): number {
    return (this.#ended?.at ?? this.#clock.now()) - this.#createdAt;
  }

  get remainingMs(): number {
    return this.#ended ? 0 : Math.max(0, this.#createdAt + this.#ttlMs - this.#clock.now());
  }

  /** Arms whoever should be armed and is not yet; called whenever targets come, go or change. */
  deliver(): void {
    if (this.ended) return;
    for (const target of withThreads(this.#choose(), this.#targets.all)) {
      const reach = this.#reached.get(target.instance);
      // Asked again for each: two processes of one pod are not both armed.
      if (reach === undefined && target.isMain && this.once?.mayArm(target, this.elapsedMs) === false) continue;
      if (reach?.target === target && !reach.isWithdrawn) continue;
      const entry: Entry = { target, state: 'pending', evidence: reach?.evidence ?? [], isArmed: false };
      this.#reached.set(target.instance, entry);
      if (target.isMain) this.once?.onArm(target, this.elapsedMs);
      const { beforeArm = (arm) => arm() } = this.#options;
      beforeArm(() => this.#armFirst(entry));
      this.#changed();
    }
  }

  /** Suspends the fault where it must not act for now; the next delivery that chooses them resumes it. */
  withdraw(isMeant: (target: ConnectedTarget) => boolean): void {
    if (this.ended) return;
    for (const entry of this.#reached.values()) {
      if (entry.state === 'lost' || entry.isWithdrawn || !isMeant(entry.target)) continue;
      entry.isWithdrawn = true;
      if (entry.isArmed) entry.target.send({ type: 'disarm', uid: this.uid, reason: 'suspended' });
      this.#changed();
    }
  }

  /** Tells armed targets where services are now. */
  readdress(): void {
    if (this.ended || this.services.length === 0) return;
    for (const { target, state, isArmed, isWithdrawn } of this.#reached.values())
      if (state !== 'lost' && isArmed && !isWithdrawn) this.#arm(target);
  }

  end(reason: EndReason): void {
    if (this.ended) return;
    this.#ended = { reason, at: this.#clock.now() };
    for (const reach of this.#reached.values()) {
      if (reach.state === 'lost') continue;
      // What was chosen and never armed has nothing to undo.
      if (reach.isArmed) reach.target.send({ type: 'disarm', uid: this.uid, reason });
      else reach.state = 'ended';
    }
    this.#changed();
  }

  onState(target: ConnectedTarget, state: TargetState, reason: string | undefined): void {
    const reach = this.#reached.get(target.instance);
    if (reach === undefined || reach.target !== target) return;
    reach.state = state;
    if (reason === undefined) delete reach.reason;
    else reach.reason = reason;
    this.#changed();
  }

  /** Counts only grow: a message that came late never takes any back. */
  onEvidence(target: ConnectedTarget, evidence: readonly EffectEvidence[]): boolean {
    const reach = this.#reached.get(target.instance);
    if (reach === undefined) return false;
    const earlier = new Map(reach.evidence.map((effect) => [effect.index, effect]));
    const count = this.fault.spec.effects.length;
    const fresh = evidence.filter(
      (effect) => effect.index < count && effect.matched >= (earlier.get(effect.index)?.matched ?? 0),
    );
    for (const effect of fresh) earlier.set(effect.index, effect);
    reach.evidence = [...earlier.values()];
    this.#changed();
    return fresh.length === evidence.length;
  }

  evidenceOf(target: ConnectedTarget): readonly EffectEvidence[] {
    return this.#reached.get(target.instance)?.evidence ?? [];
  }

  onLost(target: ConnectedTarget): void {
    const reach = this.#reached.get(target.instance);
    if (reach === undefined || reach.target !== target) return;
    // A process that had reverted before it left stays as it was.
    if (reach.state !== 'ended' && reach.state !== 'failed') reach.state = 'lost';
    reach.lostAt = this.#clock.now();
    if (target.isMain && reach.isArmed) this.once?.onLost(target, this.elapsedMs);
    this.#changed();
  }

  /** Whether somebody is lost who may not have reverted yet: time alone changes that. */
  get hasSilent(): boolean {
    for (const entry of this.#reached.values()) if (entry.state === 'lost' && !this.#hasRecovered(entry)) return true;
    return false;
  }

  /** Whether a process may go on with it: it is one of those that were armed, and has not been told to suspend. */
  isInForceFor(instance: string): boolean {
    const entry = this.#reached.get(instance);
    return entry?.isArmed === true && !entry.isWithdrawn;
  }

  /** Whether a process was armed, and must rest for now. */
  isWithdrawnFrom(instance: string): boolean {
    return this.#reached.get(instance)?.isWithdrawn === true;
  }

  /** Everybody whom the fault has reached. */
  get reached(): readonly Reached[] {
    return [...this.#reached.values()].map(({ target, state, reason, evidence, ...entry }) => ({
      target,
      state,
      ...(reason === undefined ? {} : { reason }),
      evidence,
      recovered: this.#hasRecovered({ state, ...entry }),
    }));
  }

  #hasRecovered({ state, lostAt }: Pick<Entry, 'state' | 'lostAt'>): boolean {
    if (state === 'ended' || state === 'failed' || state === 'suspended') return true;
    return lostAt !== undefined && this.#clock.now() - lostAt >= certainlyRevertedMs;
  }

  get status(): FaultStatus {
    const reached = [...this.#reached.values()];
    // Whom the fault has ended is gone because it was hit.
    const hit = (reach: (typeof reached)[number]) =>
      this.once !== undefined && reach.state === 'lost' && reach.evidence.some(({ applied }) => applied > 0);
    const live = reached.filter((reach) => reach.state !== 'lost' || hit(reach));
    const armed = reached.filter((reach) => reach.state === 'armed' || hit(reach));
    return {
      name: this.name,
      uid: this.uid,
      spec: this.fault.spec,
      phase: this.#ended ? 'Ended' : armed.length > 0 ? 'Injected' : 'Pending',
      ...(this.#ended ? { endReason: this.#ended.reason } : {}),
      elapsedMs: this.elapsedMs,
      remainingMs: this.remainingMs,
      conditions: {
        Selected: reached.length > 0,
        AllInjected: !this.#ended && live.length > 0 && armed.length === live.length,
        AllRecovered: this.ended && reached.every((reach) => this.#hasRecovered(reach)),
      },
      targets: reached.map(({ target, state, reason, evidence }) => ({
        target: target.id,
        name: target.name,
        pid: target.pid,
        state,
        ...(reason === undefined ? {} : { reason }),
        evidence,
      })),
      evidence: sumEvidence(reached.map((reach) => reach.evidence)),
    };
  }

  /** The targets that should be armed now: those that are, and as many more as the mode allows. */
  #choose(): ConnectedTarget[] {
    const { target: wanted, seed = 1 } = this.fault.spec;
    const once = this.once;
    const isReached = (target: ConnectedTarget) => this.#reached.has(target.instance);
    const fitting = this.#targets.all.filter(
      (target) =>
        target.isMain &&
        fits(wanted.selector, target.labels) &&
        this.#options.admits?.(target) !== false &&
        (once === undefined || isReached(target) || once.mayArm(target, this.elapsedMs)),
    );
    if (fitting.length === 0) return [];
    if (this.#options.choose) return this.#options.choose(fitting);
    if ((wanted.mode ?? 'all') === 'all') return fitting;
    const count = this.#countFor(wanted, fitting.length, seed);
    const ordered = ranked(fitting, seed);
    if (once) {
      const free = Math.max(0, count - once.holders);
      const newcomers = ordered.filter((target) => !once.isHolder(target)).slice(0, free);
      return [...ordered.filter((target) => once.isHolder(target)), ...newcomers];
    }
    const holds = isReached;
    return [...ordered.filter(holds), ...ordered.filter((target) => !holds(target))].slice(
      0,
      count - this.#stillActing,
    );
  }

  /** A number stays that number when processes come; a share is what it was at the first choice. */
  #countFor(target: Target, available: number, seed: number): number {
    if (target.mode === 'one' || target.mode === 'fixed') return wantedCount(target, Number.POSITIVE_INFINITY, seed);
    this.#frozenCount ??= wantedCount(target, available, seed);
    return this.#frozenCount;
  }

  /** Lost processes that may not have reverted yet: nobody takes their place before. */
  get #stillActing(): number {
    const now = this.#clock.now();
    return [...this.#reached.values()].filter(
      ({ state, lostAt, target }) =>
        target.isMain &&
        state === 'lost' &&
        lostAt !== undefined &&
        now - lostAt < certainlyRevertedMs &&
        this.#targets.get(target.instance) === undefined,
    ).length;
  }

  /** Once what comes before is done: by then the fault may be over, or the process gone or withdrawn. */
  #armFirst(entry: Entry): void {
    if (this.ended || this.#reached.get(entry.target.instance) !== entry || entry.isWithdrawn) return;
    if (entry.state === 'lost') return;
    entry.isArmed = true;
    this.#arm(entry.target);
  }

  #changed(): void {
    this.#options.onChange?.();
  }

  #arm(target: ConnectedTarget): void {
    target.send({
      type: 'arm',
      uid: this.uid,
      name: this.name,
      spec: this.fault.spec,
      elapsedMs: this.elapsedMs,
      remainingMs: this.remainingMs,
      services: Object.fromEntries(this.services.map((service) => [service, this.#addressesOf(service)])),
    });
  }

  #addressesOf(service: string): readonly Address[] {
    return this.#options.addressesOf?.(service) ?? this.#targets.addressesOf(service);
  }

  /** Names of services that the fault's matches ask for. */
  get services(): string[] {
    return this.fault.spec.effects.flatMap((effect) =>
      'match' in effect && effect.match?.service ? [effect.match.service] : [],
    );
  }
}
