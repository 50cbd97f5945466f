import type { Clock } from './clock.ts';

/** Leases that owners of faults renew; a fault whose lease lapses ends. */
export class Leases {
  readonly #clock: Clock;
  readonly #expiry = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes or renews a lease; resolves to whether it is new. */
  renew(name: string, durationMs: number): boolean {
    const isNew = !this.holds(name);
    this.#expiry.set(name, this.#clock.now() + durationMs);
    return isNew;
  }

  release(name: string): boolean {
    return this.#expiry.delete(name);
  }

  holds(name: string): boolean {
    return (this.#expiry.get(name) ?? 0) > this.#clock.now();
  }

  /** Forgets leases that lapsed. */
  sweep(): void {
    for (const [name, at] of this.#expiry) if (at <= this.#clock.now()) this.#expiry.delete(name);
  }
}
