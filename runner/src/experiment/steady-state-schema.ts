import { array, type Described, object, string } from '@pado/fault/json-schema';
import { hypothesisProbe } from './schema/activity.ts';
import { configuration } from './schema/configuration.ts';

/** A file of probes that experiments share: `extensions: [{name: pado, steadyState: [steady-state/shop.yaml]}]`. */
export const steadyStateSchema = object(
  {
    title: string({ description: 'the hypothesis in a sentence', minLength: 1, maxLength: 500 }),
    probes: array(hypothesisProbe, { description: 'a list of probes', minItems: 1, maxItems: 64 }),
  },
  {
    description: string({ description: 'what the probes say together', minLength: 1, maxLength: 10_000 }),
    configuration,
  },
  { description: 'a steady state: {title: …, probes: […]}' },
);

export type SteadyStateDocument = Described<typeof steadyStateSchema>;
