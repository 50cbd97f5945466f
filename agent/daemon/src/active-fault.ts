import { randomUUID } from 'node:crypto';
import {
  type Address,
  durationMs,
  type EffectEvidence,
  type EndReason,
  type Fault,
  type FaultStatus,
  type TargetState,
} from '@pado/fault';
import type { Clock } from './clock.ts';
import { sumEvidence } from './evidence.ts';
import { Once } from './once.ts';
import { fits, ranked, wantedCount, withThreads } from './select.ts';
import type { ConnectedTarget, Reach } from './target.ts';
import type { Targets } from './targets.ts';

/** A process that went silent has reverted by itself after this long, its own dead-man's time and a margin. */
const silentRevertMs = 5_250;

/** One fault in the agent: whom it reaches, how long it has to go, and what came back. */
export class ActiveFault {
  readonly uid = randomUUID();
  readonly fault: Fault;
  readonly #clock: Clock;
  readonly #targets: Targets;
  readonly #createdAt: number;
  readonly #ttlMs: number;
  readonly #once: Once | undefined;
  /** By instance; entries stay when a process is gone, for the evidence. */
  readonly #reached = new Map<string, Reach & { readonly target: ConnectedTarget; lostAt?: number }>();
  /** How many targets a share stands for: frozen when the first targets are chosen. */
  #frozenCount: number | undefined;
  #ended: { readonly reason: EndReason; readonly at: number } | undefined;

  constructor(fault: Fault, targets: Targets, clock: Clock) {
    this.fault = fault;
    this.#targets = targets;
    this.#clock = clock;
    this.#createdAt = clock.now();
    this.#ttlMs = durationMs(fault.spec.ttl);
    this.#once = Once.for(fault.spec, targets.all);
  }

  get name(): string {
    return this.fault.metadata.name;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get #elapsedMs(): number {
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
      if (reach === undefined && target.isMain && this.#once?.mayArm(target, this.#elapsedMs) === false) continue;
      if (reach === undefined || reach.target !== target) {
        this.#reached.set(target.instance, { target, state: 'pending', evidence: reach?.evidence ?? [] });
        if (target.isMain) this.#once?.onArm(target, this.#elapsedMs);
        this.#arm(target);
      }
    }
  }

  /** Tells armed targets where services are now. */
  readdress(): void {
    if (this.ended || this.#services.length === 0) return;
    for (const { target, state } of this.#reached.values()) if (state !== 'lost') this.#arm(target);
  }

  end(reason: EndReason): void {
    if (this.ended) return;
    this.#ended = { reason, at: this.#clock.now() };
    for (const reach of this.#reached.values()) {
      if (reach.state !== 'lost') reach.target.send({ type: 'disarm', uid: this.uid, reason });
    }
  }

  onState(target: ConnectedTarget, state: TargetState, reason: string | undefined): void {
    const reach = this.#reached.get(target.instance);
    if (reach === undefined || reach.target !== target) return;
    reach.state = state;
    if (reason === undefined) delete reach.reason;
    else reach.reason = reason;
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
    if (target.isMain) this.#once?.onLost(target, this.#elapsedMs);
  }

  get status(): FaultStatus {
    const reached = [...this.#reached.values()];
    // Whom the fault has ended is gone because it was hit.
    const hit = (reach: (typeof reached)[number]) =>
      this.#once !== undefined && reach.state === 'lost' && reach.evidence.some(({ applied }) => applied > 0);
    const live = reached.filter((reach) => reach.state !== 'lost' || hit(reach));
    const armed = reached.filter((reach) => reach.state === 'armed' || hit(reach));
    const now = this.#clock.now();
    const recovered = (reach: (typeof reached)[number]) =>
      reach.state === 'ended' ||
      reach.state === 'failed' ||
      reach.state === 'suspended' ||
      (reach.lostAt !== undefined && now - reach.lostAt >= silentRevertMs);
    return {
      name: this.name,
      uid: this.uid,
      spec: this.fault.spec,
      phase: this.#ended ? 'Ended' : armed.length > 0 ? 'Injected' : 'Pending',
      ...(this.#ended ? { endReason: this.#ended.reason } : {}),
      elapsedMs: this.#elapsedMs,
      remainingMs: this.remainingMs,
      conditions: {
        Selected: reached.length > 0,
        AllInjected: !this.#ended && live.length > 0 && armed.length === live.length,
        AllRecovered: this.ended && reached.every(recovered),
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
    const once = this.#once;
    const isReached = (target: ConnectedTarget) => this.#reached.has(target.instance);
    const fitting = this.#targets.all.filter(
      (target) =>
        target.isMain &&
        fits(wanted.selector, target.labels) &&
        (once === undefined || isReached(target) || once.mayArm(target, this.#elapsedMs)),
    );
    if (fitting.length === 0) return [];
    if ((wanted.mode ?? 'all') === 'all') return fitting;
    this.#frozenCount ??= wantedCount(wanted, fitting.length, seed);
    const ordered = ranked(fitting, seed);
    if (once) {
      const free = Math.max(0, this.#frozenCount - once.holders);
      const newcomers = ordered.filter((target) => !once.isHolder(target)).slice(0, free);
      return [...ordered.filter((target) => once.isHolder(target)), ...newcomers];
    }
    const holds = isReached;
    return [...ordered.filter(holds), ...ordered.filter((target) => !holds(target))].slice(
      0,
      this.#frozenCount - this.#stillActing,
    );
  }

  /** Lost processes that may not have reverted yet: nobody takes their place before. */
  get #stillActing(): number {
    const now = this.#clock.now();
    return [...this.#reached.values()].filter(
      ({ state, lostAt, target }) =>
        target.isMain &&
        state === 'lost' &&
        lostAt !== undefined &&
        now - lostAt < silentRevertMs &&
        this.#targets.get(target.instance) === undefined,
    ).length;
  }

  #arm(target: ConnectedTarget): void {
    target.send({
      type: 'arm',
      uid: this.uid,
      name: this.name,
      spec: this.fault.spec,
      elapsedMs: this.#elapsedMs,
      remainingMs: this.remainingMs,
      services: Object.fromEntries(
        this.#services.map((service): [string, Address[]] => [service, this.#targets.addressesOf(service)]),
      ),
    });
  }

  get #services(): string[] {
    return this.fault.spec.effects.flatMap((effect) =>
      'match' in effect && effect.match?.service ? [effect.match.service] : [],
    );
  }
}
