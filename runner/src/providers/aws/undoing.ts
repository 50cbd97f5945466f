/** What a run has done to the outside and is to undo at its end. */
export interface Undoing {
  readonly add: (what: string, undo: (signal: AbortSignal) => Promise<string>) => Undoable;
  /** Undoes all that is left, the youngest first, whatever became of the others; twice is once. Failures are given back. */
  readonly all: (told: (text: string) => void) => Promise<readonly string[]>;
}

export interface Undoable {
  /** Undoes it at once, whatever the run's own signal says; what fails stays, for the run's end to try again. */
  readonly now: () => Promise<string>;
  /** It is to stay. */
  readonly drop: () => void;
}

/** Minutes, for an instance has to have stopped before it can be started; and an end, for a run must have one. */
const limitMs = 660_000;

export function undoingList(): Undoing {
  const entries = new Set<{ readonly what: string; readonly undo: (signal: AbortSignal) => Promise<string> }>();
  return {
    add: (what, undo) => {
      const entry = { what, undo };
      entries.add(entry);
      return {
        now: async () => {
          const text = await undo(AbortSignal.timeout(limitMs));
          entries.delete(entry);
          return text;
        },
        drop: () => void entries.delete(entry),
      };
    },
    all: async (told) => {
      const failures: string[] = [];
      for (const entry of [...entries].toReversed()) {
        try {
          told(await entry.undo(AbortSignal.timeout(limitMs)));
          entries.delete(entry);
        } catch (error) {
          failures.push(`what undoes "${entry.what}" failed: ${(error as Error).message}; "pado recover" tries again`);
        }
      }
      return failures;
    },
  };
}
