import { isPadoError } from '@pado/fault';
import type { ProbeResult, ProbeWindow, TimeWindow } from '../contracts.ts';
import { type K6Summary, k6Value } from '../providers/k6/summary.ts';
import { type Prometheus, withRange } from '../providers/prometheus.ts';
import type { HypothesisProbe } from './schema.ts';
import { inWords, meets } from './tolerance.ts';

/** Judges a Prometheus probe over a window, at the window's end. What cannot be asked is told in `error`. */
export async function judgeProbe(
  probe: HypothesisProbe,
  window: ProbeWindow,
  { startMs, endMs }: TimeWindow,
  prometheus: Prometheus,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  if (probe.provider.type !== 'prometheus') throw new TypeError('k6 probes are judged by judgeSummary');
  const query = withRange(probe.provider.query, endMs - startMs);
  const { samples: samplesQuery } = probe.provider;
  try {
    const samples =
      samplesQuery === undefined
        ? undefined
        : ((await prometheus.number(withRange(samplesQuery, endMs - startMs), endMs, signal)) ?? 0);
    const value = samples === 0 ? null : await prometheus.number(query, endMs, signal);
    return {
      ...weigh(probe, window, value),
      query,
      ...(samples === undefined ? {} : { samples: Math.round(samples) }),
    };
  } catch (error) {
    if (!isPadoError(error)) throw error;
    return { ...weigh(probe, window, null), met: null, query, error: error.message };
  }
}

/** Judges a probe that reads k6's end-of-test summary. */
export function judgeSummary(probe: HypothesisProbe, summary: K6Summary): ProbeResult {
  if (probe.provider.type !== 'k6') throw new TypeError('prometheus probes are judged by judgeProbe');
  const { metric, statistic = 'count' } = probe.provider;
  return weigh(probe, 'after', k6Value(summary, metric, statistic));
}

function weigh({ name, tolerance, provider }: HypothesisProbe, window: ProbeWindow, value: number | null): ProbeResult {
  const { unit, onNoData = 'inconclusive' } = provider;
  const noData = { fail: false, inconclusive: null, pass: true }[onNoData];
  return {
    name,
    window,
    value,
    ...(unit === undefined ? {} : { unit }),
    expected: inWords(tolerance, unit),
    met: value === null ? noData : meets(value, tolerance),
  };
}
