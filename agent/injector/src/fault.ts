import {
  type AgentMessage,
  durationMs,
  type EffectEvidence,
  type EndReason,
  pulseIndex,
  suspendAfterMs,
  type TargetState,
} from '@pado/fault';
import { Refusal, type RunningEffect } from './effects/effect.ts';
import { createEffect } from './effects/index.ts';
import type { Lease, Times } from './effects/lease.ts';
import { clearTimer, longestTimerMs, now, startImmediate, startTimer } from './host/clock.ts';
import { guarded, safely } from './host/guard.ts';
import { windowOf } from './window.ts';

export type Arm = Extract<AgentMessage, { type: 'arm' }>;

export interface Report {
  readonly state: TargetState;
  readonly reason?: string;
  readonly code?: string;
}

/** Who is told of a fault. */
export interface Listener {
  changed(): void;
  /** Sends the evidence at once, and calls back when it has been written. */
  report(done: () => void): void;
  lease(times: Times): Lease;
}

/**
 * One fault in this process. It ends by itself at its ttl, and is suspended by itself when its agent has been silent:
 * nobody needs to be there to stop it.
 */
export class ArmedFault {
  readonly uid: string;
  report: Report = { state: 'suspended' };
  readonly #window: ReturnType<typeof windowOf>;
  readonly #effects: readonly RunningEffect[];
  readonly #listener: Listener;
  #services: Arm['services'];
  /** The clock when the elapsed time was 0, and when the ttl ends. */
  #origin: number;
  #deadline: number;
  #heardAt = now();
  #open = false;
  #timer: NodeJS.Timeout | undefined;

  /** Throws when the message is malformed; a refusal is not thrown but reported. */
  constructor(arm: Arm, listener: Listener) {
    const { uid, spec } = arm;
    this.uid = uid;
    this.#listener = listener;
    this.#services = arm.services;
    this.#origin = now() - arm.elapsedMs;
    this.#deadline = Math.min(now() + arm.remainingMs, this.#origin + durationMs(spec.ttl));
    this.#window = windowOf(spec);
    const context = {
      name: arm.name,
      seed: spec.seed ?? 1,
      services: () => this.#services,
      inForce: () => this.#inForce(),
      endsAt: () => this.#endsAt,
      lease: () => listener.lease({ deadline: () => this.#deadline, heardAt: () => this.#heardAt }),
      pulse: () => pulseIndex(spec, now() - this.#origin),
      report: (done: () => void) => listener.report(done),
      fail: (refusal: Refusal) => this.#fail(refusal),
    };
    this.#effects = spec.effects.map((effect, index) => createEffect(effect, { ...context, index }));
    this.#enter();
  }

  get isOver(): boolean {
    return this.report.state === 'ended' || this.report.state === 'failed';
  }

  get #endsAt(): number {
    return Math.min(this.#deadline, this.#heardAt + suspendAfterMs);
  }

  evidence(): EffectEvidence[] {
    return this.#effects.map((effect) => effect.evidence.snapshot());
  }

  /** The same uid again: addresses and time are updated (the smaller remainder counts), a suspended fault resumes. */
  renew(arm: Arm): void {
    if (this.isOver) return;
    this.#services = arm.services;
    this.#deadline = Math.min(this.#deadline, now() + arm.remainingMs);
    this.heard();
    if (this.report.state === 'suspended') this.#enter();
    else this.#schedule();
  }

  /** The agent that armed this fault has said something. */
  heard(): void {
    this.#heardAt = now();
    if (this.report.state === 'armed') for (const effect of this.#effects) safely(() => effect.renewed?.());
  }

  suspend(reason: string): void {
    if (this.report.state !== 'armed') return;
    this.#revert();
    this.#become({ state: 'suspended', reason });
    this.#schedule();
  }

  end(reason: EndReason): void {
    if (this.isOver) return;
    this.#revert();
    clearTimer(this.#timer);
    this.#become({ state: 'ended', reason });
  }

  #inForce(): boolean {
    const at = now();
    return this.report.state === 'armed' && at < this.#deadline && this.#window(at - this.#origin).active;
  }

  #enter(): void {
    try {
      for (const effect of this.#effects) effect.enter();
    } catch (cause) {
      this.#fail(cause instanceof Refusal ? cause : new Refusal('ERR_PADO_INTERNAL', String(cause)));
      return;
    }
    this.#become({ state: 'armed' });
    this.#tick();
  }

  #fail(refusal: Refusal): void {
    if (this.isOver) return;
    this.#revert();
    clearTimer(this.#timer);
    this.#become({ state: 'failed', reason: refusal.message, code: refusal.code });
  }

  #become(report: Report): void {
    this.report = report;
    this.#listener.changed();
  }

  /** Ends, suspends, opens or closes, whatever the clock says, and comes back when that changes. */
  #tick(): void {
    const at = now();
    if (at >= this.#deadline) this.end('ttl');
    else if (this.report.state !== 'armed') this.#schedule();
    else if (at >= this.#heardAt + suspendAfterMs) this.#listenOnce();
    else {
      this.#turn(this.#window(at - this.#origin).active);
      if (!this.isOver) this.#schedule();
    }
  }

  #turn(active: boolean): void {
    if (active === this.#open) return;
    this.#open = active;
    for (const effect of this.#effects) safely(() => (active ? effect.open() : effect.close()));
  }

  /** After a blocked loop the heartbeats may lie unread: the poll phase gets one turn before the silence counts. */
  #listenOnce(): void {
    startImmediate(
      guarded(() => {
        if (now() >= this.#heardAt + suspendAfterMs) this.suspend('no word from the agent');
        this.#tick();
      }),
    ).unref();
  }

  #schedule(): void {
    clearTimer(this.#timer);
    const at = now();
    const isArmed = this.report.state === 'armed';
    const changesAt = isArmed
      ? Math.min(this.#endsAt, at + this.#window(at - this.#origin).changesInMs)
      : this.#deadline;
    const ms = Math.min(Math.max(1, Math.ceil(changesAt - at)), longestTimerMs);
    this.#timer = startTimer(
      guarded(() => this.#tick()),
      ms,
    ).unref();
  }

  #revert(): void {
    this.#open = false;
    for (const effect of this.#effects) safely(() => effect.leave());
  }
}
