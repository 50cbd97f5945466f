import { duration } from '@pado/fault/fields';
import { literal, number, object, oneOf } from '@pado/fault/json-schema';
import { onNoData, promql, unit, windows } from '../fields.ts';

const asked = {
  unit,
  window: windows('before and during'),
  onNoData,
  for: duration('how long a miss must last without a break before it counts; judged at every step of the window'),
  step: duration('with `for` or `aggregate`: how far apart the looks of a range are', { default: '1s' }),
} as const;

/** An instant query at the window's end, or with `for` or `aggregate` one at every step of the window. */
export const prometheusProvider = object(
  { type: literal('prometheus', { description: 'prometheus: asks Prometheus' }), query: promql('the value') },
  {
    ...asked,
    samples: promql('how many samples the value stands on'),
    aggregate: oneOf(['min', 'max', 'avg', 'sum', 'last', 'p50', 'p90', 'p95', 'p99'], {
      description: 'how the values of all steps of the window become one: min, max, avg, sum, last, p50, p90, p95, p99',
    }),
  },
  { description: 'the provider prometheus: {type: prometheus, query: …}' },
);

/**
 * How fast an error budget burns: 1 is a pace that just uses it up over the objective's period. The value is the lesser
 * of the paces over a short and a long window, as in the SRE workbook's multiwindow alerts; its worst in the window counts.
 */
export const sloProvider = object(
  {
    type: literal('slo', { description: 'slo: asks Prometheus how fast an error budget burns' }),
    objective: number({
      description: 'the share that must be good, in percent: a number below 100 such as 99.9',
      exclusiveMinimum: 0,
      maximum: 99.9999,
    }),
    good: promql('the good events, a counter over $__range such as sum(increase(good_total[$__range]))'),
    total: promql('all events, a counter over $__range such as sum(increase(all_total[$__range]))'),
  },
  {
    window: windows('before and during'),
    onNoData,
    short: duration('the short window, which lets the rate end when the trouble does', { default: '5s' }),
    long: duration('the long window, which a moment of trouble does not move', { default: '30s' }),
  },
  { description: 'the provider slo: {type: slo, objective: 99.9, good: …, total: …}' },
);
