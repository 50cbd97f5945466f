import { duration } from '@pado/fault/fields';
import {
  array,
  boolean,
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
import { httpProvider } from './schema/providers/http.ts';
import { processProvider } from './schema/providers/process.ts';
import { pythonProvider } from './schema/providers/python.ts';

const scalarOf = (description: string) =>
  ({ description, type: ['string', 'number', 'boolean'] }) as Schema<string | number | boolean>;
const target = string({
  description: 'the part of the answer that is judged, such as status, body or stdout; without it the whole',
  minLength: 1,
});
const bounds = array(number({ description: 'a number' }), {
  description: 'two numbers: [lowest, highest]',
  minItems: 2,
  maxItems: 2,
});

/** Litmus' comparators. */
const compare = object(
  {
    type: literal('compare', { description: 'compare: by a comparator' }),
    comparator: oneOf(['<', '<=', '>', '>=', '==', '!=', 'between', 'oneOf'], {
      description: "a comparator such as '<', between or oneOf",
    }),
  },
  {
    value: scalarOf('what to compare with, a number for an order; for between the lowest'),
    upper: number({ description: 'for between: the highest value that is right' }),
    values: array(scalarOf('a value'), {
      description: 'for oneOf: the values that are right',
      minItems: 1,
      maxItems: 256,
    }),
    target,
  },
  { description: "a comparison: {type: compare, comparator: '<', value: 0.5}" },
  {
    allOf: [
      {
        if: { properties: { comparator: { const: 'between' } }, required: ['comparator'] },
        // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
        then: { required: ['value', 'upper'], properties: { value: { type: 'number', description: 'a number' } } },
      },
      {
        if: { properties: { comparator: { const: 'oneOf' } }, required: ['comparator'] },
        // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
        then: { required: ['values'] },
        else: { required: ['value'] },
      },
      {
        if: { properties: { comparator: { enum: ['<', '<=', '>', '>='] } }, required: ['comparator'] },
        // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
        then: { properties: { value: { type: 'number', description: 'a number to compare with' } } },
      },
    ],
  },
);

/** Chaos Toolkit's. */
export const range = object(
  { type: literal('range', { description: 'range: between two numbers' }), range: bounds },
  { target },
  { description: 'a range: {type: range, range: [0, 0.5]}' },
);
export const regex = object(
  {
    type: literal('regex', { description: 'regex: a regular expression finds something' }),
    pattern: string({ description: 'a regular expression', minLength: 1, maxLength: 4_096 }),
  },
  { target },
  { description: "a regular expression: {type: regex, target: body, pattern: '^ok'}" },
);
export const jsonpath = object(
  {
    type: literal('jsonpath', { description: 'jsonpath: a JSONPath finds values' }),
    path: string({ description: 'a JSONPath such as $.items[*].status', minLength: 1, maxLength: 4_096 }),
  },
  {
    target,
    count: number({ description: 'how many values are found: a whole number', minimum: 0 }),
    expect: { description: 'the value that is found, or the list of them' } as Schema<unknown>,
  },
  { description: 'a JSONPath: {type: jsonpath, path: $.status, expect: ok}' },
);

/** Ours: an answer as a user would see it, part by part. */
const response = object(
  { type: literal('response', { description: 'response: an HTTP answer, part by part' }) },
  {
    status: { description: 'a status such as 503, or a list of them', type: ['integer', 'array'] } as unknown as Schema<
      number | readonly number[]
    >,
    headers: map(string({ description: 'a regular expression' }), {
      description: "headers by name, each a regular expression, such as {retry-after: '^[0-9]+$'}",
      maxProperties: 32,
    }),
    body: string({ description: 'a regular expression that the body contains', minLength: 1, maxLength: 4_096 }),
    within: duration('how fast the answer is there'),
    failed: boolean({ description: 'true: no answer comes at all', default: false }),
  },
  { description: "an answer: {type: response, status: 503, headers: {retry-after: '^[0-9]+$'}, within: 100ms}" },
);

/** Chaos Toolkit's: another call decides; its argument `value` is what was observed. */
export const probeTolerance = object(
  {
    type: literal('probe', { description: 'probe: another call judges the value' }),
    name: string({ description: 'a name', minLength: 1, maxLength: 200 }),
    provider: union('type', [pythonProvider, processProvider, httpProvider], {
      description: 'a provider of type python, process or http',
    }),
  },
  { tolerance: { description: 'the tolerance of the answer; without it true is right' } as Schema<unknown> },
  { description: 'a probe as a tolerance: {type: probe, name: …, provider: …}' },
);

const objects = union('type', [compare, range, regex, jsonpath, response, probeTolerance], {
  description: "a tolerance: {type: compare, comparator: '<', value: 0.5} or {type: regex, target: body, pattern: ok}",
});

export type Compare = Described<typeof compare>;
export type Range = Described<typeof range>;
export type Regex = Described<typeof regex>;
export type JsonPath = Described<typeof jsonpath>;
export type ResponseTolerance = Described<typeof response>;
export type ProbeTolerance = Described<typeof probeTolerance>;

/** Equality, a list (membership of `.status`, else two numbers are an inclusive range, else membership), or an object. */
export type Tolerance =
  | boolean
  | string
  | number
  | readonly (string | number | boolean)[]
  | Compare
  | Range
  | Regex
  | JsonPath
  | ResponseTolerance
  | ProbeTolerance;

export const toleranceSchema = {
  description:
    "a tolerance: true, a text, a number, [lowest, highest], or {type: compare, comparator: '<', value: 0.5}",
  type: ['boolean', 'string', 'number', 'array', 'object'],
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: objects,
  else: {
    if: { type: 'array' },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: array(scalarOf('a text, a number, true or false'), {
      description: 'a list of values, or two numbers: [lowest, highest]',
      minItems: 1,
      maxItems: 256,
    }),
  },
} as unknown as Schema<Tolerance>;
