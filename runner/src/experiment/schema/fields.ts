import { array, map, number, oneOf, type Schema, string } from '@pado/fault/json-schema';

export type Scalar = string | number | boolean;

export const name = string({ description: 'a name', minLength: 1, maxLength: 200 });

export const scalar = (description: string): Schema<Scalar> =>
  ({ description, type: ['string', 'number', 'boolean'] }) as Schema<Scalar>;

/** A value of any kind: what a module or a server is given. */
export const anything = (description: string): Schema<unknown> => ({ description }) as Schema<unknown>;

export const texts = (description: string): Schema<Readonly<Record<string, Scalar>>> =>
  map(scalar('a text, a number, true or false'), { description, maxProperties: 64 });

/** Seconds as Chaos Toolkit writes them: a number without a unit. */
export const seconds = (what: string, notes: { readonly default?: number } = {}): Schema<number> =>
  number({ description: `${what}: seconds, a number such as 5`, minimum: 0, maximum: 86_400, ...notes });

export const promql = (what: string): Schema<string> =>
  string({
    description: `${what}: PromQL that gives one number; $__range stands for the window's length`,
    minLength: 1,
    maxLength: 4_096,
  });

export const onNoData = oneOf(['fail', 'inconclusive', 'pass'], {
  description: 'what no data means: fail, inconclusive or pass',
  default: 'inconclusive',
});

export const unit = string({ description: 'the unit of the value, for people, such as s, % or req/s', maxLength: 20 });

/** When a probe of the hypothesis is judged. */
export const windows = (defaults: string): Schema<readonly ('before' | 'during' | 'after')[]> =>
  array(oneOf(['before', 'during', 'after'], { description: 'before, during or after' }), {
    description: `when the probe is judged: before (the baseline), during (first application to last revert), after (must become true within the recovery); without it ${defaults}`,
    minItems: 1,
    maxItems: 3,
  });

/** Chaos Toolkit's probes: its `runtime.hypothesis.strategy` says when they are asked. */
export const windowsByStrategy = windows('by runtime.hypothesis.strategy: before and after');
