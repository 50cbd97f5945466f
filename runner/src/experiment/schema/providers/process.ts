import { array, boolean, literal, object, type Schema, string } from '@pado/fault/json-schema';
import { seconds, windowsByStrategy } from '../fields.ts';

const args = {
  description: 'arguments: a text as a shell would split it, a list, or a map whose keys and values follow one another',
  type: ['string', 'array', 'object'],
} as unknown as Schema<string | readonly unknown[] | Readonly<Record<string, unknown>>>;

/** Gives {status, stdout, stderr}; never through a shell. */
export const processProvider = object(
  {
    type: literal('process', { description: 'process: runs a program' }),
    path: string({ description: 'a program, by path or looked for on PATH', minLength: 1, maxLength: 4_096 }),
  },
  {
    arguments: args,
    env: { description: 'more environment, by name', type: 'object' } as Schema<Readonly<Record<string, unknown>>>,
    timeout: seconds('the longest that it may take'),
    mute: boolean({ description: 'true keeps its output out of the log', default: false }),
    encoding: string({ description: 'the encoding of its output', default: 'utf-8' }),
    secrets: array(string({ description: "a group's name" }), { description: 'groups of secrets', maxItems: 16 }),
    window: windowsByStrategy,
  },
  { description: 'the provider process: {type: process, path: …, arguments: …}' },
);
