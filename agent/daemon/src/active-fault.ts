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
import { fits, ranked, wantedCount } from './select.ts';
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
  }

  get name(): string {
    return this.fault.metadata.name;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get remainingMs(): number {
    return this.#ended ? 0 : Math.max(0, this.#createdAt + this.#ttlMs - this.#clock.now());
  }

  /** Arms whoever should be armed and is not yet; called whenever targets come, go or change. */
  deliver(): void {
    if (this.ended) return;
    for (const target of this.#choose()) {
      const reach = this.#reached.get(target.instance);
      if (reach === undefined || reach.target !== target) {
        this.#reached.set(target.instance, { target, state: 'pending', evidence: reach?.evidence ?? [] });
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
  }

  get status(): FaultStatus {
    const reached = [...this.#reached.values()];
    const live = reached.filter((reach) => reach.state !== 'lost');
    const armed = reached.filter((reach) => reach.state === 'armed');
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
      elapsedMs: (this.#ended?.at ?? now) - this.#createdAt,
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
    const fitting = this.#targets.all.filter((target) => fits(wanted.selector, target.labels));
    if (fitting.length === 0) return [];
    if ((wanted.mode ?? 'all') === 'all') return fitting;
    this.#frozenCount ??= wantedCount(wanted, fitting.length, seed);
    const holds = (target: ConnectedTarget) => this.#reached.has(target.instance);
    const ordered = ranked(fitting, seed);
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
      elapsedMs: this.#clock.now() - this.#createdAt,
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
