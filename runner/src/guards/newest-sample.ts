import type { ProbeProvider, StopCondition } from '../experiment/schema.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import { selectors } from './selectors.ts';

export const asksPrometheus = ({ provider }: Pick<StopCondition, 'provider'>): boolean =>
  provider.type === 'prometheus' || provider.type === 'slo';

/**
 * When the newest sample that a condition reads was taken, in Unix milliseconds: two looks with the same answer have
 * seen the same scrape. It is asked by `timestamp()` of the very series of the query, and not of something that would be
 * easier to know: `prometheus_tsdb_head_max_time_seconds` is there only where Prometheus scrapes itself, the TSDB's status
 * not in every store that speaks PromQL, and `timestamp(up)` moves when any target at all is scraped (and says nothing of
 * what k6 pushes), so that one slow target's scrape would be counted several times. null: no such series, or none that
 * can be told from the query.
 */
export function newestSample(
  provider: ProbeProvider,
  prometheus: Pick<Prometheus, 'number'>,
): (atMs: number, signal: AbortSignal) => Promise<number | null> {
  const read = queriesOf(provider).flatMap(selectors);
  if (read.length === 0) return async () => null;
  const query = `max(${[...new Set(read)].map((one, index) => tagged(`timestamp(${one})`, index)).join(' or ')})`;
  return async (atMs, signal) => {
    const seconds = await prometheus.number(query, atMs, signal);
    return seconds === null ? null : Math.round(seconds * 1_000);
  };
}

/** `or` leaves out what has the labels of something on its left, and timestamps have no name to differ by. */
const tagged = (vector: string, index: number): string =>
  index === 0 ? vector : `label_replace(${vector}, "pado_selector", "${index}", "", "")`;

function queriesOf(provider: ProbeProvider): readonly string[] {
  if (provider.type === 'prometheus') return [provider.query];
  return provider.type === 'slo' ? [provider.good, provider.total] : [];
}
