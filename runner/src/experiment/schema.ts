/**
 * The experiment file: Chaos Toolkit's format, and providers and an extension of ours. This one source gives the types,
 * the validation and its messages (each description reads as the remedy), the JSON Schema for editors, and the
 * reference page.
 */
import { array, boolean, type Described, number, object, oneOf, string } from '@pado/fault/json-schema';
import { activity, controls, hypothesisProbe, orRef } from './schema/activity.ts';
import { configuration, secrets } from './schema/configuration.ts';
import { extension } from './schema/extension.ts';
import { anything } from './schema/fields.ts';
import type { actionProvider, probeProvider } from './schema/provider.ts';
import type { awsAction, awsProbe } from './schema/providers/aws.ts';
import type { faultProvider } from './schema/providers/fault.ts';
import type { httpProvider } from './schema/providers/http.ts';
import type { k6Action, k6Provider } from './schema/providers/k6.ts';
import type { kubernetesAction, kubernetesProbe } from './schema/providers/kubernetes.ts';
import type { processProvider } from './schema/providers/process.ts';
import type { prometheusProvider, sloProvider } from './schema/providers/prometheus.ts';
import type { pythonProvider } from './schema/providers/python.ts';

export const hypothesisStrategies = [
  'default',
  'before-method-only',
  'after-method-only',
  'during-method-only',
  'continuously',
] as const;
export type HypothesisStrategy = (typeof hypothesisStrategies)[number];

/** Ours is always: a fault that is not undone is no experiment's end. */
export const rollbackStrategies = ['default', 'always', 'never', 'deviated'] as const;
export type RollbackStrategy = (typeof rollbackStrategies)[number];

export const runtime = object(
  {},
  {
    hypothesis: object(
      {},
      {
        strategy: oneOf(hypothesisStrategies, { description: `one of: ${hypothesisStrategies.join(', ')}` }),
        frequency: number({
          description: 'seconds between two looks during the method, a number',
          exclusiveMinimum: 0,
          maximum: 3_600,
          default: 1,
        }),
        fail_fast: boolean({ description: 'true ends the method at the first miss during it', default: false }),
      },
      { description: 'when the hypothesis is looked at' },
    ),
    rollbacks: object(
      {},
      {
        strategy: oneOf(rollbackStrategies, {
          description: `one of: ${rollbackStrategies.join(', ')}`,
          default: 'always',
        }),
      },
      { description: 'when rollbacks are done' },
    ),
  },
  { description: 'strategies: {hypothesis: {strategy: continuously}, rollbacks: {strategy: always}}' },
);

export const hypothesisSchema = object(
  { title: string({ description: 'the hypothesis in a sentence', minLength: 1, maxLength: 500 }) },
  {
    probes: array(orRef(hypothesisProbe), { description: 'a list of probes', maxItems: 64 }),
    controls,
  },
  { description: 'the hypothesis: {title: …, probes: […]}' },
);

export const experimentSchema = object(
  {
    title: string({ description: 'a title', minLength: 1, maxLength: 500 }),
    description: string({ description: 'what the experiment teaches', minLength: 1, maxLength: 10_000 }),
    method: array(orRef(activity), {
      description: 'a list of actions and probes; empty to check the steady state alone',
      maxItems: 256,
    }),
  },
  {
    version: string({ description: 'a version of the file', maxLength: 50 }),
    tags: array(string({ description: 'a word' }), { description: 'a list of words', maxItems: 64 }),
    'steady-state-hypothesis': hypothesisSchema,
    configuration,
    secrets,
    controls,
    contributions: anything('what it contributes to, by name: high, medium, low or none'),
    runtime,
    rollbacks: array(orRef(activity), { description: 'a list of activities after the method', maxItems: 64 }),
    extensions: array(extension, { description: 'a list of extensions', maxItems: 64 }),
    dry: anything('set by Chaos Toolkit itself'),
  },
  { description: 'an experiment' },
);

export type ExperimentDocument = Described<typeof experimentSchema>;
export type Hypothesis = Described<typeof hypothesisSchema>;
export type ProbeProvider = Described<typeof probeProvider>;
export type ActionProvider = Described<typeof actionProvider>;
export type AwsAction = Described<typeof awsAction>;
export type AwsProbe = Described<typeof awsProbe>;
export type FaultProvider = Described<typeof faultProvider>;
export type HttpProvider = Described<typeof httpProvider>;
export type K6Provider = Described<typeof k6Provider>;
export type K6Action = Described<typeof k6Action>;
export type KubernetesAction = Described<typeof kubernetesAction>;
export type KubernetesProbe = Described<typeof kubernetesProbe>;
export type ProcessProvider = Described<typeof processProvider>;
export type PrometheusProvider = Described<typeof prometheusProvider>;
export type SloProvider = Described<typeof sloProvider>;
export type PythonProvider = Described<typeof pythonProvider>;
export type { Action, Activity, Control, HypothesisProbe, RecordedProbe } from './schema/activity.ts';
export type { ErrorBudget, PadoExtension, StopCondition } from './schema/extension.ts';
export type { Scalar } from './schema/fields.ts';
