import {
  array,
  boolean,
  type Described,
  literal,
  number,
  object,
  oneOf,
  type Schema,
  string,
  union,
} from '@pado/fault/json-schema';
import { toleranceSchema } from '../tolerance-schema.ts';
import { anything, name, seconds } from './fields.ts';
import { actionProvider, probeProvider } from './provider.ts';

export const pauses = object(
  {},
  {
    before: number({ description: 'seconds to wait before, a number such as 5', minimum: 0, maximum: 86_400 }),
    after: number({ description: 'seconds to wait afterwards, a number such as 20', minimum: 0, maximum: 86_400 }),
  },
  { description: 'pauses in seconds: {before: 5, after: 20}' },
);

/** A Python module with before_… and after_… functions; run in the user's own Python. */
export const control = object(
  {
    name,
    provider: object(
      {
        type: literal('python', { description: 'type: python' }),
        module: string({ description: 'a Python module, such as chaosprometheus.control', minLength: 1 }),
      },
      { arguments: anything('arguments by name'), secrets: anything('groups of secrets') },
      { description: 'a provider: {type: python, module: …}' },
    ),
  },
  {
    automatic: boolean({ description: 'true applies it to every activity too', default: true }),
    scope: anything('before or after'),
  },
  { description: 'a control: {name: …, provider: {type: python, module: …}}' },
);
export const controls = array(control, { description: 'a list of controls', maxItems: 64 });
export type Control = Described<typeof control>;

const common = {
  pauses,
  background: boolean({ description: 'true: the next activity does not wait for it', default: false }),
  timeout: seconds('the longest that it may take'),
  controls,
  dry: boolean({ description: 'true: it is not done', default: false }),
  configuration: anything('values by name, for this activity'),
  secrets: anything('groups of secrets, for this activity'),
} as const;

const probe = literal('probe', { description: 'probe: asks' });

export const hypothesisProbe = object(
  { type: probe, name, tolerance: toleranceSchema, provider: probeProvider },
  {
    ...common,
    expect: oneOf(['steady', 'failure'], {
      description:
        'steady: the tolerance is how the system is; failure: it describes the failure that the fault must cause, seen during the fault and not before it',
      default: 'steady',
    }),
    atLeast: number({
      description:
        'the share of looks that must be within tolerance, in percent, where a probe is asked again and again; without it all, for a failure one look',
      exclusiveMinimum: 0,
      maximum: 100,
    }),
    weight: number({
      description: 'its weight in the resilience score, a number',
      minimum: 0,
      maximum: 1_000,
      default: 1,
    }),
  },
  { description: 'a probe' },
);

/** A probe among the actions: its value is recorded and judges nothing, as in Chaos Toolkit. */
export const recordedProbe = object(
  { type: probe, name, provider: probeProvider },
  { ...common, tolerance: toleranceSchema },
  { description: 'a probe whose value is recorded' },
);

export const action = object(
  { type: literal('action', { description: 'action: does' }), name, provider: actionProvider },
  { ...common, tolerance: toleranceSchema },
  { description: 'an action' },
);

export const activity = union('type', [action, recordedProbe], { description: 'an action or a probe' });

/** Another activity of the file, by name; put in its place before anything else is looked at. */
const ref = object(
  { ref: string({ description: 'the name of another activity of the file', minLength: 1 }) },
  { tolerance: toleranceSchema },
  { description: 'a reference: {ref: name}' },
);

export const orRef = <T>(schema: Schema<T>): Schema<T> =>
  ({
    if: { type: 'object', required: ['ref'] },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: ref,
    else: schema,
    description: schema.description,
  }) as Schema<T>;

export type HypothesisProbe = Described<typeof hypothesisProbe>;
export type RecordedProbe = Described<typeof recordedProbe>;
export type Action = Described<typeof action>;
export type Activity = Action | RecordedProbe;
