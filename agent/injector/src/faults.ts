import type { AgentMessage, EndReason, InjectorMessage } from '@pado/fault';
import { Refusal } from './effects/effect.ts';
import type { LeaseKeeper } from './effects/lease.ts';
import { type Arm, ArmedFault } from './fault.ts';
import { guarded } from './host/guard.ts';
import { timeLimit } from './host/time-limit.ts';

const endReasons: readonly EndReason[] = ['ttl', 'stopped', 'deleted', 'lease', 'suspended', 'failed'];

/** Faults that are over are remembered, so that a late message does not start them again; the oldest are forgotten. */
const remembered = 256;

/** A report that does not go through keeps nobody waiting. */
const reportWithinMs = 200;

/** Sends a message if there is a connection, and calls back when it has been handed to the system. */
export type Send = (message: InjectorMessage, onSent?: () => void) => boolean;

/** Every fault that this process knows, and what the agent has been told of it. */
export class Faults {
  readonly #faults = new Map<string, ArmedFault>();
  /** The connection that last vouched for a fault: only its words renew the lease. */
  readonly #vouchers = new WeakMap<ArmedFault, object>();
  readonly #told = new Map<string, string>();
  readonly #send: Send;
  readonly #leases: LeaseKeeper;

  constructor(send: Send, leases: LeaseKeeper) {
    this.#send = send;
    this.#leases = leases;
  }

  /** Throws when the message is malformed. */
  arm(arm: Arm, connection: object): void {
    const known = this.#faults.get(arm.uid);
    if (known) {
      this.#vouchers.set(known, connection);
      known.renew(arm);
      // The answer to a message that changed nothing, for an agent that does not know yet.
      this.#tellState(known);
      return;
    }
    try {
      // Later, but before anything else: the fault may act while it is still being made.
      const soon = (run: () => void) => queueMicrotask(guarded(run));
      const fault: ArmedFault = new ArmedFault(arm, {
        changed: () => soon(() => this.#changed(fault)),
        report: (done) => soon(() => this.#report(fault, done)),
        lease: (times) => this.#leases.take(arm.uid, times),
      });
      this.#faults.set(arm.uid, fault);
      this.#vouchers.set(fault, connection);
    } catch (cause) {
      const { message, code } = cause instanceof Refusal ? cause : new Refusal('ERR_PADO_INVALID', String(cause));
      this.#send({ type: 'state', uid: arm.uid, state: 'failed', reason: message, code });
      if (!(cause instanceof Refusal)) throw cause;
    }
    this.#forget();
  }

  disarm({ uid, reason }: Extract<AgentMessage, { type: 'disarm' }>): void {
    if (!endReasons.includes(reason)) throw new TypeError(`unknown reason ${reason}`);
    const fault = this.#faults.get(uid);
    if (!fault) this.#send({ type: 'state', uid, state: 'ended', reason });
    else if (fault.isOver) this.#tellState(fault);
    else if (reason === 'suspended') fault.suspend('the agent asked for it');
    else fault.end(reason);
  }

  /** Any word on a connection renews the faults that it has vouched for. */
  heard(connection: object): void {
    for (const fault of this.#faults.values()) if (this.#vouchers.get(fault) === connection) fault.heard();
  }

  /** Counts that have changed since they were last sent. */
  tellEvidence(): void {
    for (const fault of this.#faults.values()) this.#tellEvidence(fault);
  }

  /** For a new connection: all that is known, for the agent may be a new one. */
  tellAll(): void {
    this.#told.clear();
    for (const fault of this.#faults.values()) {
      this.#tellEvidence(fault);
      this.#tellState(fault);
    }
  }

  #changed(fault: ArmedFault): void {
    this.#tellEvidence(fault);
    this.#tellState(fault);
  }

  #report(fault: ArmedFault, done: () => void): void {
    let isDone = false;
    const finish = guarded(() => {
      if (isDone) return;
      isDone = true;
      stopClock();
      done();
    });
    const stopClock = timeLimit(reportWithinMs, finish);
    this.#tellEvidence(fault);
    // Behind all that has been said; what it says itself does not matter.
    this.#send({ type: 'heartbeat' }, finish);
  }

  #tellEvidence(fault: ArmedFault): void {
    const effects = fault.evidence();
    if (effects.every((effect) => effect.matched === 0)) return;
    const text = JSON.stringify(effects);
    if (this.#told.get(fault.uid) === text) return;
    if (this.#send({ type: 'evidence', uid: fault.uid, effects })) this.#told.set(fault.uid, text);
  }

  #tellState(fault: ArmedFault): void {
    this.#send({ type: 'state', uid: fault.uid, ...fault.report });
  }

  #forget(): void {
    for (const [uid, fault] of this.#faults) {
      if (this.#faults.size <= remembered) return;
      if (!fault.isOver) continue;
      this.#faults.delete(uid);
      this.#told.delete(uid);
    }
  }
}
