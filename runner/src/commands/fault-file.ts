import { checkFault, explain, type Fault, faultSchema, type Problem, type SchemaError } from '@pado/fault';
import { Ajv } from 'ajv';
import type { Source } from '../experiment/source.ts';
import { invalid, readDocuments } from './documents.ts';

/** The faults of a file, checked here so that a mistake is told by its line. */
export const readFaults = async (file: string, directory: string): Promise<readonly Fault[]> =>
  (await readFaultSources(file, directory)).map(({ fault }) => fault);

/** The same, each with its document, which knows the lines. */
export async function readFaultSources(
  file: string,
  directory: string,
): Promise<readonly { readonly fault: Fault; readonly source: Source }[]> {
  return (await readDocuments(file, directory)).map((source) => ({ fault: faultOf(file, source), source }));
}

export function faultOf(file: string, source: Source): Fault {
  const fits = new Ajv({ allErrors: true, verbose: true, discriminator: true, strict: false }).compile<Fault>(
    faultSchema,
  );
  const { value } = source;
  if (!fits(value)) throw invalid(file, source, explain((fits.errors ?? []) as SchemaError[], value));
  const problems = checkFault(value.spec).map((one): Problem => ({ ...one, path: ['spec', ...one.path] }));
  if (problems.length > 0) throw invalid(file, source, problems);
  return value;
}
