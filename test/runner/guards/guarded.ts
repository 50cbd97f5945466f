import type { Test } from 'tap';
import type { ProbeResult, RunEvent, Stop, TimeWindow } from '../../../runner/src/contracts.ts';
import type { StopCondition } from '../../../runner/src/experiment/schema.ts';
import type { GuardOptions } from '../../../runner/src/guards/guards.ts';
import { watchStopConditions } from '../../../runner/src/guards/stop-conditions.ts';
import { fakeClock } from './fake-clock.ts';

export const onPrometheus: StopCondition = {
  name: 'bad answers',
  provider: { type: 'prometheus', query: 'sum(rate(bad_total[$__range]))' },
  tolerance: { type: 'compare', comparator: '<', value: 5 },
};
export const onHttp: StopCondition = {
  name: 'front',
  provider: { type: 'http', url: 'http://127.0.0.1:1/' },
  tolerance: 200,
};

export const result = (value: ProbeResult['value'], more: Partial<ProbeResult> = {}): ProbeResult => ({
  name: 'bad answers',
  window: 'during',
  value,
  expected: '< 5',
  met: typeof value === 'number' ? value < 5 : null,
  ...more,
});

/**
 * Guards under a clock of the test's. Prometheus scrapes each second at .4 and answers queries by `answer`; `observe` is
 * what a look sees.
 */
export function guarded(t: Test, options: Partial<GuardOptions> = {}) {
  const clock = fakeClock();
  const looks: TimeWindow[] = [];
  const queries: string[] = [];
  const events: RunEvent[] = [];
  const stops: Stop[] = [];
  const world = {
    /** Aligned to the scrape's .4 unless a test says otherwise. */
    scrape: (): number | null => Math.floor((clock.now() - 400) / 1_000) + 0.4,
    answer: (_query: string): number | null => 1,
    observe: (): ProbeResult => result(1),
  };
  const guards = watchStopConditions({
    conditions: [],
    prometheusDown: 'stop',
    needsPrometheus: false,
    prometheus: {
      number: async (query) => {
        queries.push(query);
        return query.includes('timestamp') ? world.scrape() : world.answer(query);
      },
    },
    look: async (_, window) => {
      looks.push(window);
      return world.observe();
    },
    tell: (event) => events.push(event),
    stop: (stop) => stops.push(stop),
    signal: new AbortController().signal,
    clock,
    ...options,
  });
  t.teardown(guards.close);
  const notes = () => events.flatMap((event) => (event.type === 'note' ? event.text : []));
  return { clock, guards, world, looks, queries, events, stops, notes };
}
