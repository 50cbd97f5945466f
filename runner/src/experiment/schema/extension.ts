import { duration, percent } from '@pado/fault/fields';
import {
  array,
  boolean,
  type Described,
  integer,
  literal,
  number,
  object,
  oneOf,
  type Schema,
  string,
} from '@pado/fault/json-schema';
import { toleranceSchema } from '../tolerance-schema.ts';
import { cascade } from './cascade.ts';
import { name, promql, texts } from './fields.ts';
import { probeProvider } from './provider.ts';
import { k6Script } from './providers/k6.ts';
import { shop } from './shop.ts';

const load = object(
  { script: k6Script },
  {
    env: texts('environment of the script'),
    thresholds: boolean({ description: "true judges the script's own thresholds like probes", default: false }),
  },
  { description: 'the load: {script: load/shop.ts, env: {…}}' },
);

/** Asked at each new scrape; a miss of its tolerance stops the run. */
const stopCondition = object(
  { name, provider: probeProvider, tolerance: toleranceSchema },
  {
    misses: integer({
      description: 'how many of the last looks must miss: a whole number',
      minimum: 1,
      maximum: 60,
      default: 1,
    }),
    of: integer({
      description: 'how many of the last looks count: a whole number',
      minimum: 1,
      maximum: 60,
      default: 1,
    }),
    phases: array(
      oneOf(['steady-state', 'experiment', 'recovery'], { description: 'steady-state, experiment or recovery' }),
      {
        description: 'when it is watched: steady-state, experiment, recovery; without it experiment and recovery',
        minItems: 1,
        maxItems: 3,
      },
    ),
    noData: oneOf(['pass', 'miss'], { description: 'what no data means: pass or miss', default: 'pass' }),
  },
  { description: 'a stop condition: {name: …, provider: {type: prometheus, …}, tolerance: …}' },
);

/** Stops the run before it has used up what users were promised. */
const errorBudget = object(
  {
    objective: number({
      description: 'the share that must be good, in percent: a number below 100 such as 99.9',
      exclusiveMinimum: 0,
      maximum: 99.9999,
    }),
    bad: promql('bad events, a counter over $__range such as sum(increase(bad_total[$__range]))'),
    total: promql('all events, a counter over $__range such as sum(increase(all_total[$__range]))'),
  },
  {
    period: duration('how long the budget is to last, at the rate of the baseline', { default: '1h' }),
    stopAt: percent('the share of the budget after which the run stops', 100),
  },
  { description: 'an error budget: {objective: 99.9, bad: …, total: …, period: 1h, stopAt: 10}' },
);

const url = string({ description: 'a URL such as http://127.0.0.1:3000', pattern: '^https?://', maxLength: 4_096 });

export const padoExtension = object(
  { name: literal('pado', { description: 'name: pado' }) },
  {
    load,
    steadyState: array(
      string({ description: 'a file of probes, beside the experiment or in a folder above', minLength: 1 }),
      {
        description: 'files whose probes join the hypothesis, such as [steady-state/shop.yaml]',
        minItems: 1,
        maxItems: 16,
      },
    ),
    warmup: duration('load before anything is measured', { default: '5s' }),
    baseline: duration('how long the steady state is observed', { default: '10s' }),
    recovery: duration('how long the probes of the window after may take to become true', { default: '30s' }),
    observe: duration('how long the load goes on after the last revert, whether all is well or not', { default: '0s' }),
    shop,
    cascade,
    stopConditions: array(stopCondition, { description: 'a list of stop conditions', maxItems: 32 }),
    errorBudget,
    prometheusDown: oneOf(['stop', 'ignore'], {
      description: 'what a Prometheus that does not answer means for a run that needs it: stop or ignore',
      default: 'stop',
    }),
    grafana: object(
      { url },
      {
        tags: array(string({ description: 'a word' }), { description: 'a list of words', maxItems: 32 }),
        tokenEnv: string({ description: 'the environment variable that holds the token', default: 'GRAFANA_TOKEN' }),
      },
      { description: 'annotations in Grafana: {url: …}; the token comes from the environment' },
    ),
    webhook: object(
      { url },
      { tokenEnv: string({ description: 'the environment variable that holds a bearer token' }) },
      { description: 'a CloudEvent at each phase: {url: …}' },
    ),
  },
  { description: 'what Pado adds: {name: pado, load: …, warmup: …, baseline: …, recovery: …}' },
);

export type PadoExtension = Described<typeof padoExtension>;
export type StopCondition = Described<typeof stopCondition>;
export type ErrorBudget = Described<typeof errorBudget>;

/** Extensions of others pass unread. */
export const extension = {
  description: 'an extension: an object with a name',
  type: 'object',
  required: ['name'],
  if: { properties: { name: { const: 'pado' } }, required: ['name'] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: padoExtension,
} as unknown as Schema<PadoExtension | { readonly name: string }>;
