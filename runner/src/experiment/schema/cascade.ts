import { percent } from '@pado/fault/fields';
import { array, boolean, type Described, number, object, oneOf, string } from '@pado/fault/json-schema';
import { toleranceSchema } from '../tolerance-schema.ts';
import { name, promql, unit } from './fields.ts';
import { serviceName, whole } from './shop.ts';

const signature = object(
  { name, query: promql('what is judged, over $__range'), tolerance: toleranceSchema },
  {
    window: oneOf(['during', 'observe'], {
      description: 'during: while the trigger lasts; observe: from its end to the end of the load',
      default: 'observe',
    }),
    unit,
  },
  { description: 'what the cascade looks like in the naive arm: {name: …, query: …, tolerance: …}' },
);

/** What is claimed of a cascade; `npm run cascades` proves it. */
export const cascade = object(
  {
    trigger: object(
      {
        name: string({ description: 'a value of the configuration', minLength: 1 }),
        weaker: number({ description: 'a trigger of at least 60% from which even the naive arm recovers' }),
      },
      {},
      { description: 'the magnitude: {name: outage_seconds, weaker: 6}' },
    ),
    signature: array(signature, { description: 'a list of observations', minItems: 1, maxItems: 16 }),
    journeys: array(string({ description: 'a journey of the load, such as list' }), {
      description: 'the journeys whose goodput is judged; all others are bystanders',
      minItems: 1,
      maxItems: 8,
    }),
  },
  {
    fix: string({ description: 'a preset or a file of policies', default: 'full' }),
    metastable: boolean({
      description: 'true: the naive arm is still failing 60 s after the trigger is gone',
      default: false,
    }),
    leaf: object(
      { from: serviceName, to: serviceName },
      {},
      { description: 'the edge whose requests are counted against those of users: {from: gateway, to: catalog}' },
    ),
    goal: percent('the share of answers that must be good and in time', 99),
    seeds: whole('how many seeds prove it, 1 to 20', 1, 20, 1),
  },
  { description: 'a cascade: {trigger: …, signature: […], journeys: […], fix: full}' },
);

export type CascadeClaim = Described<typeof cascade>;
