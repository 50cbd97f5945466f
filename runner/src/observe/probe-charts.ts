import { durationMs } from '@pado/fault';
import { withRange } from '../providers/prometheus.ts';
import type { Chart } from './charts.ts';

/** How far back each point of a chart looks, where a probe looks back over its whole window. */
const rangeMs = 5_000;

/** What is needed of a probe of the hypothesis; only providers that ask Prometheus can be drawn. */
interface Probe {
  readonly name: string;
  readonly provider: {
    readonly type: string;
    readonly query?: unknown;
    readonly unit?: string | undefined;
    readonly objective?: number;
    readonly good?: string;
    readonly total?: string;
    readonly short?: string | undefined;
  };
}

export const probeSeriesPrefix = 'probe: ';

/** A chart for each probe that asks Prometheus: the same question, once a second over a short range. */
export const probeCharts = (probes: readonly Probe[]): readonly Chart[] =>
  probes.flatMap(({ name, provider }): readonly Chart[] => {
    const chart = (query: string, unit: string) => [{ name: `${probeSeriesPrefix}${name}`, unit, query }];
    const { type, query, unit = '', good, total, objective, short } = provider;
    if (type === 'prometheus' && typeof query === 'string') return chart(withRange(query, rangeMs), unit);
    if (type !== 'slo' || good === undefined || total === undefined || objective === undefined) return [];
    const over = (counter: string) => withRange(counter, short === undefined ? rangeMs : durationMs(short));
    return chart(`(1 - (${over(good)}) / (${over(total)} > 0)) / ${1 - objective / 100}`, '× budget');
  });
