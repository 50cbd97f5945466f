import { readFile } from 'node:fs/promises';
import { PadoError } from '@pado/fault';
import type { LoadSummary } from '../../contracts.ts';
import { isObject } from '../../is-object.ts';

/** k6's --summary-export: by metric, and by `metric{tag:value}` where a threshold names it. */
export interface K6Summary {
  readonly metrics: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export async function readSummary(file: string): Promise<K6Summary> {
  let summary: unknown;
  try {
    summary = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new PadoError('ERR_PADO_K6', `k6 left no summary at ${file}: it was killed, or could not write`, { cause });
  }
  if (isSummary(summary)) return summary;
  throw new PadoError('ERR_PADO_K6', `k6 left something at ${file} that is no summary: is it k6 1.1 or newer?`);
}

/** Only the shape: what a script measures is its own affair. */
const isSummary = (value: unknown): value is K6Summary => {
  const metrics = isObject(value) ? value.metrics : undefined;
  return isObject(metrics) && Object.values(metrics).every(isObject);
};

const journeyMetric = /^shop_(good|degraded|bad)\{journey:(.+)\}$/;

/** The journal's view: requests, outcomes by journey, and iterations that no virtual user was free for. */
export function summarise(script: string, summary: K6Summary, exitCode: number): LoadSummary {
  const journeys: Record<string, { good: number; degraded: number; bad: number }> = {};
  for (const metric of Object.keys(summary.metrics)) {
    const [, outcome, journey] = journeyMetric.exec(metric) ?? [];
    if (outcome === undefined || journey === undefined) continue;
    journeys[journey] ??= { good: 0, degraded: 0, bad: 0 };
    journeys[journey][outcome as 'good' | 'degraded' | 'bad'] = k6Value(summary, metric, 'count') ?? 0;
  }
  return {
    script,
    requests: k6Value(summary, 'http_reqs', 'count') ?? 0,
    journeys,
    droppedIterations: k6Value(summary, 'dropped_iterations', 'count') ?? 0,
    exitCode,
  };
}

/** One number of the summary; null when the metric or the statistic is not there. */
export function k6Value({ metrics }: K6Summary, metric: string, statistic: string): number | null {
  const value = metrics[metric]?.[statistic];
  return typeof value === 'number' ? value : null;
}

export interface Threshold {
  readonly metric: string;
  /** As the script has it: p(99)<500. */
  readonly threshold: string;
  readonly met: boolean;
  /** What the threshold looks at, where the summary has it. */
  readonly value: number | null;
}

/** The script's thresholds. In the summary true means that one was crossed. */
export const thresholdsOf = (summary: K6Summary): readonly Threshold[] =>
  Object.entries(summary.metrics).flatMap(([metric, { thresholds }]) =>
    Object.entries((thresholds ?? {}) as Record<string, boolean>).map(([threshold, crossed]) => ({
      ...{ metric, threshold, met: !crossed },
      value: k6Value(summary, metric, /^[a-z]+(\([\d.]+\))?/.exec(threshold)?.[0] ?? ''),
    })),
  );
