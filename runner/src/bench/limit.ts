/** The largest trigger that a system recovers from by itself: a fix should move it. Found by bisection. */
export interface Limit {
  /** Largest that recovered; null: not even the smallest did. */
  readonly recovers: number | null;
  /** Smallest that did not; null: even the largest did. */
  readonly fails: number | null;
  readonly tried: readonly { readonly magnitude: number; readonly recovered: boolean }[];
}

interface Search {
  readonly from: number;
  readonly to: number;
  /** Ends when the two are this near, as a share of the larger. Default 0.1. */
  readonly precision?: number;
  /** Whether it recovers from that trigger; each costs a run. */
  readonly recovers: (magnitude: number) => Promise<boolean>;
}

export async function findLimit({ from, to, precision = 0.1, recovers }: Search): Promise<Limit> {
  const tried: { magnitude: number; recovered: boolean }[] = [];
  const look = async (magnitude: number): Promise<boolean> => {
    const recovered = await recovers(magnitude);
    tried.push({ magnitude, recovered });
    return recovered;
  };
  if (await look(to)) return { recovers: to, fails: null, tried };
  if (!(await look(from))) return { recovers: null, fails: from, tried };
  let low = from;
  let high = to;
  while (high - low > precision * high) {
    const middle = rounded((low + high) / 2);
    if (middle <= low || middle >= high) break;
    if (await look(middle)) low = middle;
    else high = middle;
  }
  return { recovers: low, fails: high, tried };
}

/** Three digits: what is finer than that no run can tell apart. */
const rounded = (value: number): number => Number(value.toPrecision(3));
