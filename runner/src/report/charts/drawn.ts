import type { Series } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import type { ChartLine } from './panels.ts';

/** A line before all lines of a panel share one x. */
export interface Drawn {
  readonly label: string;
  readonly tone: ChartLine['tone'];
  /** By whole seconds since the fault began. */
  readonly points: ReadonlyMap<number, number | null>;
}

export const named = ({ pado }: Arm, name: string): readonly Series[] =>
  pado.series.filter((series) => series.name === name);

export const ofGateway = (arm: Arm, name: string): readonly Series[] =>
  named(arm, name).filter(({ labels }) => labels.service === undefined || labels.service === 'gateway');

/** When x is 0, in Unix seconds: the fault's first application, else the first point of all. */
function zeroOf({ pado: { windows, series } }: Arm): number {
  if (windows.during !== undefined) return windows.during.startMs / 1_000;
  return series.reduce((least, { points }) => Math.min(least, points[0]?.[0] ?? least), Number.POSITIVE_INFINITY);
}

/** No chart can show more; such a value is a broken measurement, and a gap says so. */
const mostDrawn = 1e12;
/** A point so far from the fault is not of the run. */
const mostSeconds = 24 * 3_600;

/** Series of one name are summed (journeys, for instance); a second without any sample stays a gap. */
export function drawn(arm: Arm, label: string, tone: ChartLine['tone'], all: readonly Series[]): readonly Drawn[] {
  const zero = zeroOf(arm);
  const points = new Map<number, number | null>();
  for (const [at, value] of all.flatMap((series) => series.points)) {
    const second = Math.round(at - zero);
    if (Math.abs(second) > mostSeconds) continue;
    const known = points.get(second) ?? null;
    points.set(second, value === null || Math.abs(value) > mostDrawn ? known : (known ?? 0) + value);
  }
  return [...points.values()].some((value) => value !== null) ? [{ label, tone, points }] : [];
}
