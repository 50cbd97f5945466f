import { array, literal, object, type Schema, string } from '@pado/fault/json-schema';
import { windowsByStrategy } from '../fields.ts';

export const pythonProvider = object(
  {
    type: literal('python', { description: "python: calls a function in the user's own Python with chaostoolkit" }),
    module: string({ description: 'a Python module, such as chaosk8s.pod.probes', minLength: 1, maxLength: 500 }),
    func: string({ description: 'a function of the module', minLength: 1, maxLength: 200 }),
  },
  {
    arguments: { description: 'arguments by name', type: 'object' } as Schema<Readonly<Record<string, unknown>>>,
    secrets: array(string({ description: "a group's name" }), { description: 'groups of secrets', maxItems: 16 }),
    window: windowsByStrategy,
  },
  { description: 'the provider python: {type: python, module: …, func: …}' },
);
