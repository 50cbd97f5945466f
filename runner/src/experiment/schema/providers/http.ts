import { array, boolean, integer, literal, map, object, oneOf, type Schema, string } from '@pado/fault/json-schema';
import { anything, scalar, windowsByStrategy } from '../fields.ts';

const method = {
  description: 'an HTTP method, such as GET',
  type: 'string',
  pattern: '^[A-Za-z]+$',
  default: 'GET',
} as Schema<string>;

/** Chaos Toolkit's: a number, or [connect, read]. */
const timeout = {
  description: 'seconds to wait for an answer: a number such as 3, or [to connect, to read]',
  type: ['number', 'array'],
  if: { type: 'array' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: { minItems: 2, maxItems: 2, items: { type: 'number', minimum: 0, maximum: 3_600 } },
  else: { exclusiveMinimum: 0, maximum: 3_600 },
} as unknown as Schema<number | readonly [number, number]>;

/** Gives {status, headers, body}; a status of 400 and above is an answer, not a failure. */
export const httpProvider = object(
  {
    type: literal('http', { description: 'http: sends a request' }),
    url: string({
      description: 'a URL such as http://127.0.0.1:8080/healthz',
      pattern: '^https?://',
      maxLength: 8_192,
    }),
  },
  {
    method,
    headers: map(scalar('a text'), { description: 'headers by name', maxProperties: 64 }),
    arguments: anything(
      'the query of a GET, else the body: a map (sent as a form, or as JSON by its content-type) or a text',
    ),
    timeout,
    verify_tls: boolean({ description: 'false accepts any certificate', default: true }),
    max_retries: integer({
      description: 'how often a request that could not be sent is sent again: a whole number',
      minimum: 0,
      maximum: 100,
      default: 0,
    }),
    secrets: array(string({ description: "a group's name" }), { description: 'groups of secrets', maxItems: 16 }),
    window: windowsByStrategy,
    read: oneOf(['auto', 'text'], { description: 'auto parses a JSON body; text never does', default: 'auto' }),
  },
  { description: 'the provider http: {type: http, url: …}' },
);
