import { setImmediate as turn } from 'node:timers/promises';
import { seeded } from '@pado/fault';
import type { Clock } from '../../../../../../agent/daemon/src/clock.ts';
import type { Scheduler } from '../../../../../../agent/daemon/src/kubernetes/leases/scheduler.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes only when it is told to, event by event. */
export class World {
  now = 0;
  /** Called after each event. */
  onStep = () => {};
  #order = 0;
  #events: Event[] = [];

  /** Numbers from 0 to 1 that a seed decides. */
  static readonly random = seeded;

  at(at: number, run: () => void): () => void {
    const event = { at: Math.max(at, this.now), order: this.#order++, run };
    const index = this.#events.findLastIndex((other) => other.at <= event.at);
    this.#events.splice(index + 1, 0, event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  async run(until: number): Promise<void> {
    await turn();
    for (let next = this.#events[0]; next !== undefined && next.at <= until; next = this.#events[0]) {
      this.#events.shift();
      this.now = next.at;
      next.run();
      // All promises that hang on it.
      await turn();
      this.onStep();
    }
    this.now = until;
  }
}

/** A process in the world: its timers and the answers it awaits stand still while it is frozen, and end with it. */
export class Process {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly #world: World;
  #isFrozen = false;
  #isDead = false;
  #waiting: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
    this.clock = { now: () => world.now };
    this.scheduler = {
      after: (ms, run) => {
        let isUndone = false;
        const undo = world.at(world.now + ms, () => this.deliver(() => isUndone || run()));
        return () => {
          isUndone = true;
          undo();
        };
      },
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  deliver(run: () => void): void {
    if (this.#isDead) return;
    if (this.#isFrozen) this.#waiting.push(run);
    else run();
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  /** What came meanwhile is done one after the other, each with its promises. */
  thaw(): void {
    this.#isFrozen = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.#world.at(this.#world.now, () => this.deliver(run));
  }

  kill(): void {
    this.#isDead = true;
  }
}
