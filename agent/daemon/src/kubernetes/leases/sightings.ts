import type { Clock } from '../../clock.ts';
import { type Lease, stampOf } from './lease.ts';

/** How long an observer has seen each lease unchanged, by its own clock alone. */
export class Sightings {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly state: string; readonly since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What an answer showed that has just been received. Resolves to whether it is news. */
  see(lease: Lease): boolean {
    const { uid, resourceVersion } = stampOf(lease);
    const state = `${uid}/${resourceVersion}`;
    if (this.#seen.get(lease.metadata.name)?.state === state) return false;
    this.#seen.set(lease.metadata.name, { state, since: this.#clock.now() });
    return true;
  }

  /** All that there is: others are forgotten. Whether each of them is news. */
  seeAll(leases: readonly Lease[]): boolean {
    const names = new Set(leases.map(({ metadata }) => metadata.name));
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    return leases.map((lease) => this.see(lease)).every((isNews) => isNews);
  }

  /** Milliseconds since the lease's present state was first seen; 0 for one that never was. */
  unchangedMs(name: string): number {
    const seen = this.#seen.get(name);
    return seen === undefined ? 0 : this.#clock.now() - seen.since;
  }
}
