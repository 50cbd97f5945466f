import { PadoError } from '@pado/fault';
import type { TimeWindow } from '../contracts.ts';
import type { Prometheus } from './prometheus.ts';

/** One value of a range; null: no data at that time. */
export interface Look {
  readonly atMs: number;
  readonly value: number | null;
}

/**
 * The values of a query at each step of a window, the last one at its end and the first one a step after its start.
 * @throws PadoError ERR_PADO_PROMETHEUS when the query gives several series.
 */
export async function askLooks(
  query: string,
  { startMs, endMs }: TimeWindow,
  stepMs: number,
  prometheus: Prometheus,
  signal?: AbortSignal,
): Promise<Look[]> {
  const count = Math.max(1, Math.floor((endMs - startMs) / stepMs));
  const firstMs = endMs - (count - 1) * stepMs;
  const [line, ...others] = await prometheus.series(query, { startMs: firstMs, endMs }, stepMs, signal);
  if (others.length > 0) {
    const message = `the query gives ${others.length + 1} series where one is needed, wrap it in sum() or max(): ${query}`;
    throw new PadoError('ERR_PADO_PROMETHEUS', message, { details: { query } });
  }
  // Prometheus leaves out the steps without data.
  const values = new Map(line?.points.map(([at, value]) => [Math.round((at * 1_000 - firstMs) / stepMs), value]));
  return Array.from({ length: count }, (_, i) => ({ atMs: firstMs + i * stepMs, value: values.get(i) ?? null }));
}
