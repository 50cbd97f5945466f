import { type Problem, problem } from '../problem.ts';
import type { ServerPolicy } from '../resilience/server-policy.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';
import { codelIntervalMs, QueueDelay } from './queue-delay.ts';
import { RecentMedian } from './recent-median.ts';
import { Shedder, type ShedReason } from './shedder.ts';
import type { Visit } from './visit.ts';
import { WaitingLine } from './waiting-line.ts';

/** DAGOR's limit of the queue wait in milliseconds: the wait in a standing queue that is served newest first. */
const standingWaitMs = 20;
/** A timer that was late by more was late because the process stood still: that time is not made up for. */
const mostMadeUpMs = 2;

export type RefusalReason = ShedReason | 'queue-full' | 'queue-timeout' | 'limit' | 'max-in-flight';

/** What the admission tells; for metrics. */
export interface AdmissionEvents {
  changed(working: number, waiting: number): void;
  refused(reason: RefusalReason, priority: number): void;
  /** The work of a request begins after so long a wait; told where the slots are limited. */
  began(waitMs: number): void;
  /** Work was done to the end for a caller that had stopped waiting. */
  wasted(): void;
  /** Work for a caller that has stopped waiting was spared or cut short. */
  abandoned(stage: 'queued' | 'working'): void;
  /** The adaptive limit; 0: none. */
  limited(requests: number): void;
}

export interface AdmissionOptions {
  /** Requests worked on at a time; Infinity: without limit. */
  readonly slots: number;
  /** Milliseconds for which a request holds its slot at least. */
  readonly serviceTimeMs: number;
  /** A proxy's cap: a bounded queue, and a client that leaves gives its place up, whatever the policy says. */
  readonly proxy?: { readonly maxQueued: number; readonly queueTimeoutMs: number } | undefined;
  /** Asked at each request, so that a switch acts at once. */
  readonly policy: () => ServerPolicy;
  /** The event loop's utilisation from 0 to 1. */
  readonly loopUtilisation: () => number;
  readonly clock: Clock;
  readonly events: AdmissionEvents;
}

/**
 * Who is worked on, who waits and who is refused. Without a policy: first come first served without limit, each to its end,
 * also for a caller that has left. That is what a thread pool does, and the trap.
 *
 * A long file on purpose: each way of a request from one state to the next is here, and only here; the policies that decide
 * are files of their own.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #line = new WaitingLine<Visit>();
  readonly #service = new RecentMedian();
  readonly #delay: QueueDelay;
  readonly #shedder: Shedder;
  /** What stops the timers of slots whose answer is out. */
  readonly #serving = new Set<() => void>();
  #limit: { readonly of: object; readonly adaptive: AdaptiveLimit } | undefined;
  #working = 0;
  #nonEmptySince = 0;
  #filling = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#delay = new QueueDelay(options.clock.now());
    this.#shedder = new Shedder(options.loopUtilisation);
  }

  /** How long the one has waited that has waited longest; 0 when none waits. */
  get oldestWaitMs(): number {
    const { oldest } = this.#line;
    return oldest === undefined ? 0 : this.#options.clock.now() - oldest.since;
  }

  /** A request wants in: its `begin` is called, at once or later, exactly once. */
  enter(visit: Visit): void {
    const policy = this.#options.policy();
    const now = this.#options.clock.now();
    visit.since = now;
    const full = !this.#hasRoom();
    const reason = this.#refusal(policy, visit, now, full);
    if (reason !== undefined && !this.#makeRoom(reason, policy, visit)) this.#refuse(visit, reason);
    else if (full) this.#wait(visit, policy, now);
    else this.#start(visit, policy, now, now);
  }

  /** The caller has closed its connection before the answer was out. */
  left(visit: Visit): void {
    visit.hasLeft = true;
    if (visit.isCut) return;
    const drop = this.#options.policy().dropAbandoned === true;
    if (visit.state === 'waiting') {
      if (drop || this.#options.proxy) this.#spare(this.#takeOut(visit), callerLeft());
    } else if (visit.state === 'working') {
      if (drop && !visit.isHandled) this.#cutShort(visit, callerLeft());
      else if (visit.isHandled) this.#waste(visit);
      else if (this.#options.proxy) this.#release(visit, this.#options.clock.now());
    }
  }

  /** The work is done, whether or not anybody still wants the answer. */
  handled(visit: Visit): void {
    visit.isHandled = true;
    if (visit.state !== 'working') return;
    if (visit.isCut) this.#concludeCut(visit);
    else if (visit.hasLeft) this.#waste(visit);
  }

  /** The answer is out. */
  answered(visit: Visit): void {
    if (visit.state !== 'working') return;
    if (visit.isCut) {
      this.#concludeCut(visit);
      return;
    }
    const now = this.#options.clock.now();
    this.#service.observe(now - visit.startedAt, now);
    if ((visit.arrival.deadlineAt ?? now) < now) this.#options.events.wasted();
    this.#conclude(visit);
  }

  /** After the last answer: stops the service times that are left. */
  close(): void {
    for (const stop of this.#serving) stop();
    this.#serving.clear();
  }

  #hasRoom(): boolean {
    return this.#working < this.#options.slots && this.#line.size === 0;
  }

  #refusal(policy: ServerPolicy, visit: Visit, now: number, full: boolean): RefusalReason | undefined {
    const present = this.#working + this.#line.size;
    if (present >= (policy.maxInFlight ?? Number.POSITIVE_INFINITY)) return 'max-in-flight';
    const limit = this.#adaptive(policy);
    if (limit !== undefined && present >= limit.limit) return 'limit';
    if (policy.shed !== undefined) {
      const delayMs = this.oldestWaitMs;
      const queue = { delay: this.#delay, delayMs, ended: this.#delay.roll(now, delayMs) };
      const reason = this.#shedder.refusal(policy.shed, queue, visit.arrival);
      if (reason !== undefined) return reason;
    }
    const maxQueued = Math.min(
      this.#options.proxy?.maxQueued ?? Number.POSITIVE_INFINITY,
      policy.queue?.maxQueued ?? Number.POSITIVE_INFINITY,
    );
    return full && this.#line.size >= maxQueued ? 'queue-full' : undefined;
  }

  /** The limit in force; a policy that is set anew begins anew. */
  #adaptive({ adaptiveLimit }: ServerPolicy): AdaptiveLimit | undefined {
    if (adaptiveLimit === this.#limit?.of) return this.#limit?.adaptive;
    this.#limit = adaptiveLimit && { of: adaptiveLimit, adaptive: new AdaptiveLimit(adaptiveLimit) };
    this.#options.events.limited(this.#limit?.adaptive.limit ?? 0);
    return this.#limit?.adaptive;
  }

  /** Refuses one that waits and matters less, where the policy goes by priority. */
  #makeRoom(reason: RefusalReason, { shed }: ServerPolicy, visit: Visit): boolean {
    if (shed?.byPriority !== true || reason === 'queue-wait' || reason === 'loop-busy') return false;
    const other = this.#line.leastImportant(visit.priority);
    if (other === undefined) return false;
    this.#refuse(this.#takeOut(other), reason);
    return true;
  }

  #wait(visit: Visit, policy: ServerPolicy, now: number): void {
    if (this.#line.size === 0) this.#nonEmptySince = now;
    this.#line.push(visit);
    visit.state = 'waiting';
    const { deadlineAt } = visit.arrival;
    const patienceMs = Math.min(
      this.#waitLimitMs(policy, now),
      policy.dropAbandoned && deadlineAt !== undefined ? Math.max(0, deadlineAt - now) : Number.POSITIVE_INFINITY,
    );
    if (patienceMs < Number.POSITIVE_INFINITY)
      visit.cancel = this.#options.clock.after(Math.ceil(patienceMs), () => this.#timeUp(visit));
    this.#changed();
  }

  /** As in 'Fail at Scale': little patience while the queue stands, an interval's otherwise. */
  #waitLimitMs({ queue, shed }: ServerPolicy, now: number): number {
    let limitMs = Math.min(
      this.#options.proxy?.queueTimeoutMs ?? Number.POSITIVE_INFINITY,
      queue?.maxWaitMs ?? Number.POSITIVE_INFINITY,
    );
    if (queue?.order === 'adaptive-lifo') {
      // Twice the shedder's own limit: it goes by priority, a timeout does not, so it is to act first.
      const standing = shed?.queueWaitMs === undefined ? standingWaitMs : 2 * shed.queueWaitMs;
      limitMs = Math.min(limitMs, this.#stands(now) ? standing : Math.max(standing, codelIntervalMs));
    }
    return limitMs;
  }

  #stands(now: number): boolean {
    return this.#line.size > 0 && now - this.#nonEmptySince >= codelIntervalMs;
  }

  #timeUp(visit: Visit): void {
    if (visit.state !== 'waiting') return;
    const late = (visit.arrival.deadlineAt ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now();
    this.#takeOut(visit);
    if (late && this.#options.policy().dropAbandoned) this.#spare(visit, tooLate());
    else this.#refuse(visit, 'queue-timeout');
  }

  #takeOut(visit: Visit): Visit {
    this.#line.remove(visit);
    visit.cancel?.();
    visit.cancel = undefined;
    this.#changed();
    return visit;
  }

  /** Gives free slots to those who wait. A loop: what begins may end at once, and must not come back here. */
  #fill(freedAt: number): void {
    if (this.#filling) return;
    this.#filling = true;
    let slotFrom = freedAt;
    try {
      while (this.#working < this.#options.slots && this.#line.oldest !== undefined) {
        const policy = this.#options.policy();
        const now = this.#options.clock.now();
        this.#delay.observe(this.oldestWaitMs);
        const next = this.#next(policy, now) ?? this.#line.oldest;
        if (this.#start(this.#takeOut(next), policy, now, slotFrom)) slotFrom = now;
      }
    } finally {
      this.#filling = false;
    }
  }

  #next({ queue, shed }: ServerPolicy, now: number): Visit | undefined {
    const end = queue?.order === 'adaptive-lifo' && this.#stands(now) ? 'newest' : 'oldest';
    // Whoever waits longest is refused in the end: that must not be the most important.
    return shed?.byPriority ? this.#line.mostImportant(end) : this.#line[end];
  }

  #start(visit: Visit, policy: ServerPolicy, now: number, slotFrom: number): boolean {
    if (policy.dropAbandoned || this.#options.proxy) {
      const leftMs = (visit.arrival.deadlineAt ?? Number.POSITIVE_INFINITY) - now;
      const neededMs = policy.dropAbandoned ? this.#service.valueMs(now) : 0;
      const error = visit.hasLeft ? callerLeft() : leftMs <= 0 || leftMs < neededMs ? tooLate() : undefined;
      if (error !== undefined) return this.#spare(visit, error);
    }
    // Also for those who began to wait when there was no such policy.
    if (now - visit.since > (policy.queue?.maxWaitMs ?? Number.POSITIVE_INFINITY)) {
      this.#refuse(visit, 'queue-timeout');
      return false;
    }
    visit.state = 'working';
    visit.startedAt = now;
    visit.slotFrom = slotFrom;
    visit.holdsSlot = true;
    this.#working++;
    if (visit.since === now) this.#delay.observe(0);
    this.#changed();
    if (this.#options.slots < Number.POSITIVE_INFINITY) this.#options.events.began(now - visit.since);
    const { deadlineAt } = visit.arrival;
    if (policy.dropAbandoned && deadlineAt !== undefined)
      visit.cancel = this.#options.clock.after(deadlineAt - now, () => this.#expire(visit));
    visit.arrival.begin();
    return true;
  }

  #expire(visit: Visit): void {
    if (visit.state === 'working' && !visit.isHandled && !visit.isCut && this.#options.policy().dropAbandoned)
      this.#cutShort(visit, tooLate());
  }

  #refuse(visit: Visit, reason: RefusalReason): void {
    visit.state = 'over';
    this.#options.events.refused(reason, visit.priority);
    visit.arrival.begin(overloaded(reason));
  }

  #spare(visit: Visit, error: Problem): false {
    visit.state = 'over';
    this.#options.events.abandoned('queued');
    visit.arrival.begin(error);
    return false;
  }

  #cutShort(visit: Visit, error: Problem): void {
    this.#options.events.abandoned('working');
    // It keeps its slot until it has really ended: a query that does not hear of it still costs what it costs.
    visit.isCut = true;
    visit.arrival.abandon(error);
  }

  /** What was cut short serves no longer than it took. */
  #concludeCut(visit: Visit): void {
    visit.slotFrom = Number.NEGATIVE_INFINITY;
    this.#conclude(visit);
  }

  #waste(visit: Visit): void {
    this.#options.events.wasted();
    this.#conclude(visit);
  }

  /** The work has ended; its slot is free once the service time is over. */
  #conclude(visit: Visit): void {
    const { clock, serviceTimeMs, events } = this.#options;
    const now = clock.now();
    visit.state = 'over';
    visit.cancel?.();
    visit.cancel = undefined;
    const adaptive = this.#limit?.adaptive;
    if (adaptive?.observe(now - visit.since, this.#working + this.#line.size, now)) events.limited(adaptive.limit);
    const endsAt = visit.slotFrom + serviceTimeMs;
    if (endsAt <= now) this.#release(visit, now);
    else this.#releaseLater(visit, endsAt, endsAt - now);
  }

  #releaseLater(visit: Visit, endsAt: number, ms: number): void {
    const { clock } = this.#options;
    const stop = clock.after(ms, () => {
      this.#serving.delete(stop);
      this.#release(visit, Math.max(endsAt, clock.now() - mostMadeUpMs));
    });
    this.#serving.add(stop);
  }

  #release(visit: Visit, freedAt: number): void {
    if (!visit.holdsSlot) return;
    visit.holdsSlot = false;
    this.#working--;
    this.#changed();
    this.#fill(freedAt);
  }

  #changed(): void {
    this.#options.events.changed(this.#working, this.#line.size);
  }
}

export const tooLate = (): Problem =>
  problem(504, 'deadline_exceeded', 'The caller had stopped waiting, or would have before the answer.');
const callerLeft = (): Problem => problem(499, 'client_closed_request', 'The client left before it was answered.');
const overloaded = (reason: RefusalReason): Problem =>
  problem(503, 'overloaded', `The service has more requests than it can handle (${reason}).`, { 'retry-after': '1' });
