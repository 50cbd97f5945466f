import { durationMs, PadoError } from '@pado/fault';
import type { TimeWindow } from '../contracts.ts';
import type { PrometheusProvider, SloProvider } from '../experiment/schema.ts';
import type { Tolerance } from '../experiment/tolerance-schema.ts';
import { isProbeTolerance, strain, weigh } from '../experiment/tolerance-weigh.ts';
import { type Prometheus, withRange } from './prometheus.ts';
import { askLooks, type Look } from './prometheus-looks.ts';
import type { Answer } from './provider.ts';
import { quantile } from './quantile.ts';
import { askSlo } from './slo.ts';

/** A rate over less than some scrapes is none. */
const shortestRangeMs = 5_000;

export interface PrometheusAnswer extends Answer {
  /** null: no data. */
  readonly output: number | null;
}

/**
 * Asks once at the window's end, where $__range is the window's length; or at each step of it with `for`, `aggregate`
 * and for slo. In a stepped query $__range is the step, and at least 5 s. Without a tolerance nothing is a miss.
 * @throws PadoError ERR_PADO_PROMETHEUS when it cannot be asked.
 */
export async function askPrometheus(
  provider: PrometheusProvider | SloProvider,
  window: TimeWindow,
  tolerance: Tolerance | undefined,
  prometheus: Prometheus,
  signal?: AbortSignal,
): Promise<PrometheusAnswer> {
  const startedAt = performance.now();
  const asked = await (provider.type === 'slo'
    ? overSlo(provider, window, tolerance, prometheus, signal)
    : overQuery(provider, window, tolerance, prometheus, signal));
  const unit = provider.type === 'slo' ? '× budget' : provider.unit;
  return { ...asked, durationMs: performance.now() - startedAt, ...(unit === undefined ? {} : { unit }) };
}

type Asked = Omit<PrometheusAnswer, 'durationMs' | 'unit'>;

async function overQuery(
  provider: PrometheusProvider,
  window: TimeWindow,
  tolerance: Tolerance | undefined,
  prometheus: Prometheus,
  signal: AbortSignal | undefined,
): Promise<Asked> {
  const lengthMs = window.endMs - window.startMs;
  const { for: forTime, aggregate } = provider;
  if (forTime !== undefined && aggregate !== undefined)
    throw new PadoError(
      'ERR_PADO_INVALID',
      '`for` and `aggregate` exclude one another: `for` judges each step by itself',
    );
  const samples =
    provider.samples === undefined
      ? undefined
      : Math.round((await prometheus.number(withRange(provider.samples, lengthMs), window.endMs, signal)) ?? 0);
  const counted = samples === undefined ? {} : { samples };
  const isStepped = forTime !== undefined || aggregate !== undefined;
  const stepMs = durationMs(provider.step ?? '1s');
  const query = withRange(provider.query, isStepped ? Math.max(stepMs, shortestRangeMs) : lengthMs);
  if (samples === 0) return { output: null, query, samples };
  if (!isStepped) return { output: await prometheus.number(query, window.endMs, signal), query, ...counted };
  const looks = await askLooks(query, window, stepMs, prometheus, signal);
  const output =
    aggregate === undefined
      ? lasting(looks, durationMs(forTime as string), stepMs, tolerance)
      : aggregated(looks, aggregate);
  return { output, query, ...counted, looks: summary(looks, window, tolerance) };
}

async function overSlo(
  provider: SloProvider,
  window: TimeWindow,
  tolerance: Tolerance | undefined,
  prometheus: Prometheus,
  signal: AbortSignal | undefined,
): Promise<Asked> {
  const { looks, query, samples } = await askSlo(provider, window, prometheus, signal);
  const values = valuesOf(looks);
  const output = values.length === 0 ? null : Math.max(...values);
  return { output, query, samples, looks: summary(looks, window, tolerance) };
}

/** The worst look of the longest miss that lasts; without one, the worst look that is no miss. */
function lasting(
  looks: readonly Look[],
  forMs: number,
  stepMs: number,
  tolerance: Tolerance | undefined,
): number | null {
  let longest: number[] = [];
  let run: number[] = [];
  for (const { value } of looks) {
    run = value !== null && isMiss(value, tolerance) ? [...run, value] : [];
    if (run.length > longest.length) longest = run;
  }
  // A look stands for the step before it: five looks, a second apart, are five seconds.
  const lasts = longest.length > 0 && longest.length * stepMs >= forMs;
  return worst(lasts ? longest : valuesOf(looks).filter((value) => !isMiss(value, tolerance)), tolerance);
}

const worst = (values: readonly number[], tolerance: Tolerance | undefined): number | null =>
  values.reduce<number | null>(
    (found, value) => (found === null || strain(value, tolerance) >= strain(found, tolerance) ? value : found),
    null,
  );

function aggregated(looks: readonly Look[], aggregate: NonNullable<PrometheusProvider['aggregate']>): number | null {
  const values = valuesOf(looks);
  const last = values.at(-1);
  if (last === undefined) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregate) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'sum':
      return sum;
    case 'avg':
      return sum / values.length;
    case 'last':
      return last;
    default:
      return quantile(values, Number(aggregate.slice(1)) / 100);
  }
}

function summary(looks: readonly Look[], { startMs }: TimeWindow, tolerance: Tolerance | undefined) {
  const seen = looks.filter(({ value }) => value !== null);
  const missed = seen.filter(({ value }) => isMiss(value as number, tolerance));
  const [first] = missed;
  return {
    count: seen.length,
    missed: missed.length,
    ...(first === undefined ? {} : { firstMissMs: Math.round(first.atMs - startMs) }),
  };
}

/** Another call would have to be made for each look: a probe as a tolerance judges the one value only. */
const isMiss = (value: number, tolerance: Tolerance | undefined): boolean =>
  tolerance !== undefined && !isProbeTolerance(tolerance) && !weigh({ output: value, durationMs: 0 }, tolerance).met;

const valuesOf = (looks: readonly Look[]): number[] => looks.flatMap(({ value }) => (value === null ? [] : [value]));
