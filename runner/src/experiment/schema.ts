/**
 * The experiment file: Chaos Toolkit's shape with three providers of ours. This one source gives the types, the
 * validation and its messages (each description reads as the remedy), and the reference page.
 */
import { faultSpecSchema } from '@pado/fault';
import { duration } from '@pado/fault/fields';
import {
  array,
  type Described,
  literal,
  map,
  number,
  object,
  oneOf,
  type Schema,
  string,
  union,
} from '@pado/fault/json-schema';
import { toleranceSchema } from './tolerance-schema.ts';

/** Providers of Chaos Toolkit and of ours that this version does not run. */
export const laterProviders = ['http', 'process', 'python', 'kubernetes', 'aws'] as const;

const name = string({ description: 'a name', minLength: 1, maxLength: 200 });

const promql = (what: string): Schema<string> =>
  string({
    description: `${what}: PromQL that gives one number; $__range stands for the window's length`,
    minLength: 1,
    maxLength: 4_096,
  });

const onNoData = oneOf(['fail', 'inconclusive', 'pass'], {
  description: 'what a query without data means: fail, inconclusive or pass',
  default: 'inconclusive',
});

export const faultProvider = object(
  {
    type: literal('fault', { description: 'fault: injects a fault through the agent' }),
    spec: faultSpecSchema,
  },
  {
    name: string({
      description: 'a name of lower-case letters, digits and dashes, at most 63 characters',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      maxLength: 63,
    }),
    wait: oneOf(['armed', 'ended'], {
      description: 'what the action waits for: armed (in force in at least one process) or ended (its ttl is over)',
      default: 'armed',
    }),
  },
  { description: 'the provider fault: {type: fault, spec: …}' },
);

export const prometheusProvider = object(
  { type: literal('prometheus', { description: 'prometheus: asks Prometheus' }), query: promql('the value') },
  {
    unit: string({ description: 'the unit of the value, for people, such as s, % or req/s', maxLength: 20 }),
    samples: promql('how many samples the value stands on'),
    window: array(oneOf(['before', 'during', 'after'], { description: 'before, during or after' }), {
      description:
        'when the probe is judged: before (the baseline), during (first application to last revert), after (must become true within the recovery)',
      minItems: 1,
      maxItems: 3,
      default: ['before', 'during'],
    }),
    onNoData,
  },
  { description: 'the provider prometheus: {type: prometheus, query: …}' },
);

export const k6Provider = object(
  {
    type: literal('k6', { description: 'k6: reads the end-of-test summary of the load' }),
    metric: string({
      description: 'a metric of the summary, such as http_reqs or shop_bad{journey:browse}',
      minLength: 1,
    }),
  },
  {
    statistic: string({
      description: 'a statistic of the metric, such as count, rate, avg or p(99)',
      minLength: 1,
      default: 'count',
    }),
    unit: string({ description: 'the unit of the value, for people', maxLength: 20 }),
    onNoData,
  },
  { description: 'the provider k6: {type: k6, metric: …}; judged once, when the load has ended' },
);

const pauses = object(
  {},
  {
    before: number({ description: 'seconds to wait before, a number such as 5', minimum: 0, maximum: 3_600 }),
    after: number({ description: 'seconds to wait afterwards, a number such as 20', minimum: 0, maximum: 3_600 }),
  },
  { description: 'pauses in seconds: {before: 5, after: 20}' },
);

const probeProvider = union('type', [prometheusProvider, k6Provider], {
  description: 'what a probe asks: a provider of type prometheus or k6',
});

const probeOf = { type: literal('probe', { description: 'type: probe' }), name, provider: probeProvider } as const;

const hypothesisProbe = object({ ...probeOf, tolerance: toleranceSchema }, {}, { description: 'a probe' });

/** A probe among the actions: its value is recorded and judges nothing, as in Chaos Toolkit. */
const recordedProbe = object(
  { type: literal('probe', { description: 'probe: asks' }), name, provider: prometheusProvider },
  { pauses },
  { description: 'a probe whose value is recorded' },
);

const faultAction = object(
  { type: literal('action', { description: 'action: does' }), name, provider: faultProvider },
  { pauses },
  { description: 'an action' },
);

const configurationValue = {
  description: 'a text, a number, true or false, or {type: env, key: NAME, default: …}',
  type: ['string', 'number', 'boolean', 'object'],
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: object(
    {
      type: literal('env', { description: 'type: env' }),
      key: string({ description: 'the name of an environment variable', minLength: 1 }),
    },
    {
      default: {
        description: 'the value without the variable',
        type: ['string', 'number', 'boolean'],
      } as Schema<Scalar>,
    },
    { description: 'a value from the environment: {type: env, key: NAME, default: …}' },
  ),
} as unknown as Schema<Scalar | { readonly type: 'env'; readonly key: string; readonly default?: Scalar }>;

export type Scalar = string | number | boolean;

const scalar = (description: string): Schema<Scalar> =>
  ({ description, type: ['string', 'number', 'boolean'] }) as Schema<Scalar>;

const load = object(
  {
    script: string({
      description: "a k6 script, looked for in the experiment's folder and then in each folder above it",
      minLength: 1,
    }),
  },
  {
    env: map(scalar('a text, a number, true or false'), {
      description: 'environment of the script',
      maxProperties: 64,
    }),
  },
  { description: 'the load: {script: load/shop.ts, env: {…}}' },
);

export const padoExtension = object(
  { name: literal('pado', { description: 'name: pado' }) },
  {
    load,
    warmup: duration('load before anything is measured', { default: '5s' }),
    baseline: duration('how long the steady state is observed', { default: '10s' }),
    recovery: duration('how long the probes of the window after may take to become true', { default: '30s' }),
  },
  { description: 'what Pado adds: {name: pado, load: …, warmup: …, baseline: …, recovery: …}' },
);

type Extension = Described<typeof padoExtension> | { readonly name: string };

/** Extensions of others pass unread. */
const extension = {
  description: 'an extension: an object with a name',
  type: 'object',
  required: ['name'],
  if: { properties: { name: { const: 'pado' } }, required: ['name'] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: padoExtension,
} as unknown as Schema<Extension>;

export const experimentSchema = object(
  {
    title: string({ description: 'a title', minLength: 1, maxLength: 200 }),
    description: string({ description: 'what the experiment teaches', minLength: 1, maxLength: 10_000 }),
    'steady-state-hypothesis': object(
      {
        title: string({ description: 'the hypothesis in a sentence', minLength: 1, maxLength: 500 }),
        probes: array(hypothesisProbe, { description: 'a list of probes', minItems: 1, maxItems: 64 }),
      },
      {},
      { description: 'the hypothesis: {title: …, probes: […]}' },
    ),
    method: array(union('type', [faultAction, recordedProbe], { description: 'an action or a probe' }), {
      description: 'a list of actions and probes; empty to check the steady state alone',
      maxItems: 64,
    }),
  },
  {
    version: string({ description: 'a version of the file', maxLength: 50 }),
    tags: array(string({ description: 'a word' }), { description: 'a list of words', maxItems: 64 }),
    configuration: map(configurationValue, {
      description: 'values by name, for the texts of the file to refer to',
      maxProperties: 64,
    }),
    rollbacks: array(union('type', [recordedProbe], { description: 'a probe: faults revert by themselves' }), {
      description: 'a list of activities after the method',
      maxItems: 64,
    }),
    extensions: array(extension, { description: 'a list of extensions', maxItems: 64 }),
  },
  { description: 'an experiment' },
);

export type ExperimentDocument = Described<typeof experimentSchema>;
export type HypothesisProbe = Described<typeof hypothesisProbe>;
export type PrometheusProvider = Described<typeof prometheusProvider>;
export type K6Provider = Described<typeof k6Provider>;
export type FaultProvider = Described<typeof faultProvider>;
export type FaultAction = Described<typeof faultAction>;
export type RecordedProbe = Described<typeof recordedProbe>;
export type Activity = FaultAction | RecordedProbe;
export type PadoExtension = Described<typeof padoExtension>;
