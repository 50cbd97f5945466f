/** When what happened to a fault, by the clock of `now.ts`. */
export interface Times {
  readonly seen: number[];
  readonly armed: number[];
  readonly disarmed: number[];
  /** When a status was written, and how many pods it says the fault is in force in. */
  readonly told: {
    readonly at: number;
    readonly phase: string;
    readonly injected: number;
    readonly recovered: boolean;
  }[];
}

/** By what a fault is known by: its name or its uid, whichever the speaker knows. */
export class Book {
  readonly #times = new Map<string, Times>();

  of(fault: string): Times {
    const known = this.#times.get(fault) ?? { seen: [], armed: [], disarmed: [], told: [] };
    this.#times.set(fault, known);
    return known;
  }

  /** Both names, as one. */
  read({ name, uid }: { readonly name: string; readonly uid: string }): Times {
    const [byName, byUid] = [this.of(name), this.of(uid)];
    return { seen: byName.seen, told: byName.told, armed: byUid.armed, disarmed: byUid.disarmed };
  }
}

export const merged = (all: readonly Times[]): Times => ({
  seen: all.flatMap(({ seen }) => seen),
  armed: all.flatMap(({ armed }) => armed),
  disarmed: all.flatMap(({ disarmed }) => disarmed),
  told: all.flatMap(({ told }) => told),
});

/** The most that were armed at a time. Who was told to revert in the same moment in which another was armed comes first. */
export function mostAtOnce({ armed, disarmed }: Pick<Times, 'armed' | 'disarmed'>): number {
  const steps = [...armed.map((at) => ({ at, by: 1 })), ...disarmed.map((at) => ({ at, by: -1 }))];
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let count = 0;
  let most = 0;
  for (const { by } of steps) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
}
