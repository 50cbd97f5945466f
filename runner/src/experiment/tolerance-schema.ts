import { array, type Described, literal, number, object, oneOf, type Schema, union } from '@pado/fault/json-schema';

const bounds = array(number({ description: 'a number' }), {
  description: 'two numbers: [lowest, highest]',
  minItems: 2,
  maxItems: 2,
});

/** Litmus' comparators. */
const compare = object(
  {
    type: literal('compare', { description: 'compare: by a comparator' }),
    comparator: oneOf(['<', '<=', '>', '>=', '==', '!=', 'between'], {
      description: "a comparator such as '<' or between",
    }),
    value: number({ description: 'a number to compare with; for between the lowest' }),
  },
  { upper: number({ description: 'for between: the highest value that is right' }) },
  { description: "a comparison: {type: compare, comparator: '<', value: 0.5}" },
  {
    if: { properties: { comparator: { const: 'between' } }, required: ['comparator'] },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: { required: ['upper'] },
  },
);

/** Chaos Toolkit's range. */
const range = object(
  { type: literal('range', { description: 'range: between two numbers' }), range: bounds },
  {},
  { description: 'a range: {type: range, range: [0, 0.5]}' },
);

const objects = union('type', [compare, range], {
  description: "a tolerance: {type: compare, comparator: '<', value: 0.5} or {type: range, range: [0, 1]}",
});

type Compare = Described<typeof compare>;
type Range = Described<typeof range>;

/** A number (equality), two numbers (an inclusive range), or an object. */
export type Tolerance = number | readonly number[] | Compare | Range;

export const toleranceSchema = {
  description: "a tolerance: a number, [lowest, highest], or {type: compare, comparator: '<', value: 0.5}",
  type: ['number', 'array', 'object'],
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: objects,
  else: {
    if: { type: 'array' },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: bounds,
  },
} as unknown as Schema<Tolerance>;
