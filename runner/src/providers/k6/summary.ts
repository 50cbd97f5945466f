import { readFile } from 'node:fs/promises';
import { PadoError } from '@pado/fault';
import type { LoadSummary } from '../../contracts.ts';

/** k6's --summary-export: by metric, and by `metric{tag:value}` where a threshold names it. */
export interface K6Summary {
  readonly metrics: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export async function readSummary(file: string): Promise<K6Summary> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as K6Summary;
  } catch (cause) {
    throw new PadoError('ERR_PADO_K6', `k6 left no summary at ${file}: it was killed, or could not write`, { cause });
  }
}

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
