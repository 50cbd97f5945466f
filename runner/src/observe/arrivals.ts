import type { Arrival, Series, TimeWindow } from '../contracts.ts';

/** So many times the baseline's median absolute deviation is beyond what noise does: about four of its σ. */
const deviations = 6;
/** A band is never narrower: less is noise at a few requests a second. Seconds, share, requests. */
const floors: Readonly<Record<Arrival['metric'], number>> = { p99: 0.05, errors: 0.02, 'in flight': 3 };
/** A p99 varies with its size; half of its median is no wave. */
const shareOfMedian = 0.5;
const leastBaseline = 5;
const metrics: Readonly<Record<string, Arrival['metric']>> = {
  'edge p99': 'p99',
  'edge errors': 'errors',
  'in flight': 'in flight',
};

interface Windows {
  readonly before?: TimeWindow;
  readonly during?: TimeWindow;
}

/**
 * In which order edges and services left the band of their baseline: the first of two consecutive seconds that are out
 * of it, counted from the fault's first application. Each place once, by the metric that left first.
 */
export function arrivals(series: readonly Series[], { before, during }: Windows): readonly Arrival[] {
  if (before === undefined || during === undefined) return [];
  const found = series.flatMap((one) => arrival(one, before, during) ?? []).sort(order);
  return found.filter(({ place }, index) => found.findIndex((one) => one.place === place) === index);
}

function arrival({ name, labels, points }: Series, before: TimeWindow, during: TimeWindow): Arrival | undefined {
  const metric = metrics[name];
  const { service, peer } = labels;
  if (metric === undefined || service === undefined) return undefined;
  const band = bandOf(metric, valuesIn(points, before));
  if (band === undefined) return undefined;
  const meanwhile = points.filter(([at]) => at * 1_000 >= during.startMs && at * 1_000 <= during.endMs);
  const isOut = (value: number | null | undefined): value is number =>
    value !== null && value !== undefined && (value < band[0] || value > band[1]);
  const first = meanwhile.find(([, value], index) => isOut(value) && isOut(meanwhile[index + 1]?.[1]));
  if (first === undefined) return undefined;
  const [at, value] = first;
  return {
    place: peer === undefined ? service : `${service} → ${peer}`,
    ...(peer === undefined ? {} : { from: service }),
    to: peer ?? service,
    metric,
    afterMs: Math.round(at * 1_000 - during.startMs),
    band,
    value: value ?? 0,
  };
}

function bandOf(metric: Arrival['metric'], baseline: readonly number[]): readonly [number, number] | undefined {
  if (baseline.length < leastBaseline) return undefined;
  const middle = median(baseline);
  const spread = median(baseline.map((value) => Math.abs(value - middle)));
  const width = Math.max(deviations * spread, floors[metric], metric === 'p99' ? shareOfMedian * middle : 0);
  return [Math.max(0, middle - width), middle + width];
}

const valuesIn = (points: Series['points'], { startMs, endMs }: TimeWindow): readonly number[] =>
  points.flatMap(([at, value]) => (value !== null && at * 1_000 >= startMs && at * 1_000 <= endMs ? [value] : []));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Within one second, what is furthest out of its band comes first. */
const order = (one: Arrival, other: Arrival): number =>
  one.afterMs - other.afterMs || excess(other) - excess(one) || one.place.localeCompare(other.place);

const excess = ({ value, band: [least, most] }: Arrival): number =>
  Math.max(value - most, least - value) / Math.max(most - least, Number.EPSILON);
