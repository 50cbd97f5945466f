import { resolve } from 'node:path';
import { isPadoError, PadoError, type Problem } from '@pado/fault';
import { sentence } from '../experiment/page.ts';
import { type Finding, type ValidateOptions, validatePage } from '../experiment/validate.ts';

/** Checks a file of probes as an experiment that names it and nothing else would. @throws PadoError ERR_PADO_INVALID */
export async function validateSteadyState(file: string, options: ValidateOptions): Promise<void> {
  const path = resolve(file);
  const value = { title: 'x', description: 'x', method: [], extensions: [{ name: 'pado', steadyState: [path] }] };
  try {
    await validatePage({ file, value, findings: (problems) => problems.map(atBegin(file)) }, options);
  } catch (cause) {
    const findings = isPadoError(cause) ? (cause.details.findings as readonly Finding[] | undefined) : undefined;
    if (findings === undefined) throw cause;
    const own = findings.map((one) => (one.file === path ? { ...one, file } : one));
    throw new PadoError('ERR_PADO_INVALID', own.map(sentence).join('\n'), { cause, details: { file, findings: own } });
  }
}

/** The experiment around the file has no lines. */
const atBegin =
  (file: string) =>
  ({ path, message }: Problem): Finding => ({ file, line: 1, column: 1, path, message });
