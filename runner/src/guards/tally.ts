export interface Tally {
  /** Counts a look; true when enough of the last ones missed. */
  readonly add: (missed: boolean) => boolean;
  /** `2 of the last 3 looks missed`. */
  readonly inWords: () => string;
  readonly clear: () => void;
}

/** The last `of` looks, of which `misses` may not miss. */
export function tally(misses: number, of: number): Tally {
  const last: boolean[] = [];
  const missed = () => last.filter(Boolean).length;
  return {
    add: (isMiss) => {
      last.push(isMiss);
      if (last.length > Math.max(misses, of)) last.shift();
      return missed() >= misses;
    },
    inWords: () => (last.length === 1 ? '1 of 1 look missed' : `${missed()} of the last ${last.length} looks missed`),
    clear: () => {
      last.length = 0;
    },
  };
}
