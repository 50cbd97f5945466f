import { type Fault, type FaultStatus, nameLabel, nearest, PadoError } from '@pado/fault';
import { ActiveFault } from './active-fault.ts';
import type { Clock } from './clock.ts';
import type { Leases } from './leases.ts';
import type { Targets } from './targets.ts';

/** What the channels of injectors need to know of the faults. */
export interface Faults {
  readonly all: readonly ActiveFault[];
  readonly active: readonly ActiveFault[];
  byUid(uid: string): ActiveFault | undefined;
}

/** Ended faults are kept for their evidence; the oldest go first. */
const maxEnded = 100;

/** All faults of this agent, and the rules by which they begin and end. */
export class FaultBook implements Faults {
  readonly #targets: Targets;
  readonly #leases: Leases;
  readonly #clock: Clock;
  /** By name; a new fault may take the name of one that has ended. */
  readonly #faults = new Map<string, ActiveFault>();

  constructor(parts: { targets: Targets; leases: Leases; clock: Clock }) {
    this.#targets = parts.targets;
    this.#leases = parts.leases;
    this.#clock = parts.clock;
  }

  get all(): ActiveFault[] {
    return [...this.#faults.values()];
  }

  get active(): ActiveFault[] {
    return this.all.filter((fault) => !fault.ended);
  }

  byUid(uid: string): ActiveFault | undefined {
    return this.all.find((fault) => fault.uid === uid);
  }

  get(name: string): ActiveFault {
    const fault = this.#faults.get(name);
    if (fault !== undefined) return fault;
    const meant = nearest(name, [...this.#faults.keys()]);
    throw new PadoError(
      'ERR_PADO_NOT_FOUND',
      `there is no fault ${name}${meant === undefined ? '' : `: did you mean ${meant}?`}`,
    );
  }

  /** Begins a fault. `wait` accepts one that names a service which is not connected yet. */
  create(fault: Fault, { wait }: { wait: boolean }): FaultStatus {
    const { name } = fault.metadata;
    if (this.#faults.get(name)?.ended === false) {
      throw new PadoError('ERR_PADO_CONFLICT', `a fault ${name} is active: end it first, or use another name`);
    }
    const { leaseName, stopped } = fault.spec;
    if (leaseName !== undefined && !this.#leases.holds(leaseName)) {
      throw new PadoError(
        'ERR_PADO_CONFLICT',
        `nobody holds the lease ${leaseName}: take it with PUT /v1/leases/${leaseName} first`,
      );
    }
    if (!wait) this.#checkNames(fault);
    this.#faults.delete(name);
    const active = new ActiveFault(fault, { targets: this.#targets, clock: this.#clock });
    this.#faults.set(name, active);
    if (stopped) active.end('stopped');
    else active.deliver();
    this.#forgetOldest();
    return active.status;
  }

  delete(name: string): void {
    this.get(name).end('deleted');
    this.#faults.delete(name);
  }

  /** Ends what has run out: by ttl, or because nobody renews its lease. Faults reach newcomers here too. */
  tick(): void {
    this.#leases.sweep();
    for (const fault of this.active) {
      const { leaseName } = fault.fault.spec;
      if (fault.remainingMs === 0) fault.end('ttl');
      else if (leaseName !== undefined && !this.#leases.holds(leaseName)) fault.end('lease');
      else fault.deliver();
    }
  }

  /** A name that nothing connected carries is a slip of the pen more often than a process to come. */
  #checkNames({ spec }: Fault): void {
    const known = this.#targets.names;
    const named = [
      spec.target.selector.matchLabels[nameLabel],
      ...spec.effects.map((effect) => ('match' in effect ? effect.match?.service : undefined)),
    ];
    for (const name of named) {
      if (name === undefined || known.includes(name)) continue;
      const meant = nearest(name, known);
      const connected = known.length === 0 ? 'nothing is connected' : `connected: ${known.join(', ')}`;
      throw new PadoError(
        'ERR_PADO_NOT_FOUND',
        `there is no service ${name}${meant === undefined ? '' : `: did you mean ${meant}?`} (${connected})`,
      );
    }
  }

  #forgetOldest(): void {
    const ended = this.all.filter((fault) => fault.ended);
    for (const fault of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#faults.delete(fault.name);
  }
}
