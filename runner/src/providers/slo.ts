import { durationMs } from '@pado/fault';
import type { TimeWindow } from '../contracts.ts';
import type { SloProvider } from '../experiment/schema.ts';
import { type Prometheus, withRange } from './prometheus.ts';
import { askLooks, type Look } from './prometheus-looks.ts';

const stepMs = 1_000;

export interface SloAnswer {
  readonly looks: readonly Look[];
  /** The pace over the long window, for people to ask themselves. */
  readonly query: string;
  /** All events of the window. */
  readonly samples: number;
}

/**
 * How fast an error budget burns, at each second of a window: the share of bad events over the objective's own share,
 * the lesser of a short and a long window. No data where nothing happened in one of them.
 */
export async function askSlo(
  { objective, good, total, short = '5s', long = '30s' }: SloProvider,
  window: TimeWindow,
  prometheus: Prometheus,
  signal?: AbortSignal,
): Promise<SloAnswer> {
  const allowed = 1 - objective / 100;
  const pace = async (rangeMs: number): Promise<Look[]> => {
    const ask = (query: string) => askLooks(withRange(query, rangeMs), window, stepMs, prometheus, signal);
    const [goods, totals] = await Promise.all([ask(good), ask(total)]);
    return totals.map(({ atMs, value: all }, i) => {
      const right = goods[i]?.value ?? null;
      // Where counters are extrapolated, more may be good than there were.
      const isData = all !== null && all > 0 && right !== null;
      return { atMs, value: isData ? Math.max(0, 1 - right / all) / allowed : null };
    });
  };
  const lengthMs = window.endMs - window.startMs;
  const [shortPace, longPace, samples] = await Promise.all([
    pace(durationMs(short)),
    pace(durationMs(long)),
    prometheus.number(withRange(total, lengthMs), window.endMs, signal),
  ]);
  const looks = shortPace.map(({ atMs, value: quick }, i) => {
    const slow = longPace[i]?.value ?? null;
    return { atMs, value: quick === null || slow === null ? null : Math.min(quick, slow) };
  });
  const ratio = `(1 - (${good}) / (${total})) / ${Number(allowed.toPrecision(6))}`;
  return { looks, query: withRange(ratio, durationMs(long)), samples: Math.round(samples ?? 0) };
}
