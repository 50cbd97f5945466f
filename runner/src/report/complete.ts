import type { FaultStatus } from '@pado/fault';
import type { EdgeStats, GraphSnapshot, Journal, PadoJournal, ProbeResult, Series, Verdict } from '../contracts.ts';
import { exitCodes } from '../contracts.ts';
import { isObject } from '../is-object.ts';

type Fields = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objects = (value: unknown): readonly Fields[] => list(value).filter(isObject);
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const orNull = (value: unknown): number | null => (finite(value) ? value : null);

/**
 * A journal whose every field is there and of its kind: one of an older version, of a run that crashed, or edited by
 * hand gives a page with gaps rather than none. What cannot be read as what it should be is left out.
 */
export function complete(journal: Journal): Journal {
  const all = (isObject(journal) ? journal : {}) as Fields;
  const pado = (isObject(all.pado) ? all.pado : {}) as Fields;
  return {
    ...(all as unknown as Journal),
    'chaoslib-version': text(all['chaoslib-version'], '–'),
    platform: text(all.platform, '–'),
    node: text(all.node, '–'),
    start: text(all.start, '–'),
    end: text(all.end, '–'),
    status: text(all.status, '–') as Journal['status'],
    duration: finite(all.duration) ? all.duration : 0,
    run: list(all.run),
    rollbacks: list(all.rollbacks),
    pado: completePado(pado),
  };
}

function completePado(pado: Fields): PadoJournal {
  const verdict = text(pado.verdict);
  return {
    ...(pado as unknown as PadoJournal),
    id: text(pado.id, '–'),
    verdict: Object.hasOwn(exitCodes, verdict) ? (verdict as Verdict) : 'error',
    reason: text(pado.reason),
    policies: text(pado.policies, '–'),
    windows: windows(pado.windows),
    probes: objects(pado.probes).flatMap(probe),
    faults: objects(pado.faults).flatMap(fault),
    ownCounts: objects(pado.ownCounts).filter(({ applied }) => finite(applied)) as never,
    series: objects(pado.series).flatMap(series),
    graph: graphs(pado.graph),
    ...own('load', load(pado.load)),
    ...own('stop', isObject(pado.stop) ? stop(pado.stop) : undefined),
    ...own('recovery', recovery(pado.recovery)),
    resilienceScore: orNull(pado.resilienceScore),
    ...own('arrivals', Array.isArray(pado.arrivals) ? (objects(pado.arrivals).filter(isArrival) as never) : undefined),
    ...own('excerpts', Array.isArray(pado.excerpts) ? (objects(pado.excerpts).filter(isExcerpt) as never) : undefined),
  };
}

/** Overrides a field that is there and wrong, and leaves out one that is not there. */
const own = <K extends keyof PadoJournal>(key: K, value: PadoJournal[K] | undefined): Pick<PadoJournal, K> =>
  ({ [key]: value }) as Pick<PadoJournal, K>;

function windows(value: unknown): PadoJournal['windows'] {
  const known = Object.entries(isObject(value) ? value : {}).filter(
    ([, window]) => isObject(window) && finite(window.startMs) && finite(window.endMs),
  );
  return Object.fromEntries(known);
}

function probe(one: Fields): readonly ProbeResult[] {
  if (typeof one.name !== 'string' || !['before', 'during', 'after'].includes(text(one.window))) return [];
  const { value, looks, unit, error, query } = one;
  const isValue = value === null || typeof value === 'string' || typeof value === 'boolean' || finite(value);
  return [
    {
      ...(one as unknown as ProbeResult),
      value: isValue ? (value as ProbeResult['value']) : value === undefined ? null : JSON.stringify(value),
      expected: text(one.expected),
      met: typeof one.met === 'boolean' ? one.met : null,
      ...pick('unit', typeof unit === 'string' ? unit : undefined),
      ...pick('error', typeof error === 'string' ? error : undefined),
      ...pick('query', typeof query === 'string' ? query : undefined),
      ...pick('samples', finite(one.samples) ? one.samples : undefined),
      ...pick('weight', finite(one.weight) ? one.weight : undefined),
      ...pick('recoveredAfterMs', finite(one.recoveredAfterMs) ? one.recoveredAfterMs : undefined),
      ...pick('looks', isObject(looks) && finite(looks.count) && finite(looks.missed) ? (looks as never) : undefined),
    },
  ];
}

const pick = <K extends keyof ProbeResult>(key: K, value: ProbeResult[K] | undefined): Pick<ProbeResult, K> =>
  ({ [key]: value }) as Pick<ProbeResult, K>;

function fault(one: Fields): readonly FaultStatus[] {
  const spec = isObject(one.spec) ? one.spec : {};
  const target = isObject(spec.target) ? spec.target : {};
  const selector = isObject(target.selector) ? target.selector : {};
  const evidence = objects(one.evidence).map((each) => {
    const dose = isObject(each.dose) ? each.dose : undefined;
    const numbers = ['samples', 'requestedSum', 'deliveredSum', 'deliveredMin', 'deliveredMax'];
    const known = dose !== undefined && numbers.every((name) => finite(dose[name]));
    return {
      ...each,
      dose: known ? { ...dose, errorBuckets: list(dose.errorBuckets).filter(Array.isArray) } : undefined,
    };
  });
  return [
    {
      ...(one as unknown as FaultStatus),
      name: text(one.name, '–'),
      spec: {
        ...spec,
        target: { ...target, selector: { matchLabels: isObject(selector.matchLabels) ? selector.matchLabels : {} } },
        effects: objects(spec.effects),
      } as never,
      targets: objects(one.targets) as never,
      evidence: evidence as never,
    },
  ];
}

function series(one: Fields): readonly Series[] {
  if (typeof one.name !== 'string') return [];
  const points = list(one.points).flatMap((point) =>
    Array.isArray(point) && finite(point[0]) ? [[point[0], orNull(point[1])] as const] : [],
  );
  return [{ name: one.name, unit: text(one.unit), labels: isObject(one.labels) ? (one.labels as never) : {}, points }];
}

function graphs(value: unknown): PadoJournal['graph'] {
  const known = Object.entries(isObject(value) ? value : {}).filter(([, graph]) => isObject(graph));
  return Object.fromEntries(known.map(([window, graph]) => [window, snapshot(graph as Fields)]));
}

const snapshot = (one: Fields): GraphSnapshot => ({
  atMs: finite(one.atMs) ? one.atMs : 0,
  edges: objects(one.edges).flatMap((edge): readonly EdgeStats[] => {
    const { from, to, rate, errorRate, p99 } = edge;
    if (typeof from !== 'string' || typeof to !== 'string') return [];
    return [{ from, to, rate: finite(rate) ? rate : 0, errorRate: orNull(errorRate), p99: orNull(p99) }];
  }),
  inFlight: Object.fromEntries(
    Object.entries(isObject(one.inFlight) ? one.inFlight : {}).flatMap(([name, count]) =>
      finite(count) ? [[name, count]] : [],
    ),
  ),
  queued: finite(one.queued) ? one.queued : 0,
  ...(finite(one.cap) ? { cap: one.cap } : {}),
});

function load(value: unknown): PadoJournal['load'] {
  if (!isObject(value)) return undefined;
  const count = (number: unknown) => (finite(number) ? number : 0);
  const journeys = Object.entries(isObject(value.journeys) ? value.journeys : {}).flatMap(([name, counts]) =>
    isObject(counts)
      ? [[name, { good: count(counts.good), degraded: count(counts.degraded), bad: count(counts.bad) }] as const]
      : [],
  );
  return {
    script: text(value.script, '–'),
    requests: count(value.requests),
    journeys: Object.fromEntries(journeys),
    droppedIterations: count(value.droppedIterations),
    exitCode: count(value.exitCode),
  };
}

const stop = (one: Fields): NonNullable<PadoJournal['stop']> => ({
  name: text(one.name, '–'),
  reason: text(one.reason),
  atMs: finite(one.atMs) ? one.atMs : 0,
  ...(finite(one.revertedAfterMs) ? { revertedAfterMs: one.revertedAfterMs } : {}),
});

function recovery(value: unknown): PadoJournal['recovery'] {
  if (!isObject(value) || !finite(value.deadlineMs)) return undefined;
  return { deadlineMs: value.deadlineMs, recoveredAfterMs: orNull(value.recoveredAfterMs) };
}

const isArrival = ({ place, to, metric, afterMs, band, value }: Fields): boolean =>
  typeof place === 'string' &&
  typeof to === 'string' &&
  ['p99', 'errors', 'in flight'].includes(text(metric)) &&
  finite(afterMs) &&
  finite(value) &&
  Array.isArray(band) &&
  band.length === 2 &&
  band.every(finite);

const isExcerpt = ({ source, atMs, text: words }: Fields): boolean =>
  typeof source === 'string' && finite(atMs) && typeof words === 'string';
