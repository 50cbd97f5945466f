import { checkFault, explain, type Fault, faultSchema, type Problem, type SchemaError } from '@pado/fault';
import { Ajv } from 'ajv';

const validate = new Ajv({ allErrors: true, verbose: true, discriminator: true, strict: false }).compile<Fault>(
  faultSchema,
);

/** A Fault that is safe to act on, or everything that is wrong with it. */
export function validateFault(value: unknown): { readonly fault: Fault } | { readonly problems: readonly Problem[] } {
  if (!validate(value)) return { problems: explain((validate.errors ?? []) as SchemaError[], value) };
  const problems = checkFault(value.spec).map((problem) => ({ ...problem, path: ['spec', ...problem.path] }));
  return problems.length === 0 ? { fault: value } : { problems };
}
