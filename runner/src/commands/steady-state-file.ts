import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isPadoError, PadoError } from '@pado/fault';
import { sentence } from '../experiment/page.ts';
import { type Finding, type ValidateOptions, validateExperiment } from '../experiment/validate.ts';

/** Checks a file of probes as an experiment that names it and nothing else would. @throws PadoError ERR_PADO_INVALID */
export async function validateSteadyState(file: string, options: ValidateOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pado-steady-'));
  const path = resolve(file);
  try {
    const around = join(folder, 'experiment.json');
    const extensions = [{ name: 'pado', steadyState: [path] }];
    await writeFile(around, JSON.stringify({ title: 'x', description: 'x', method: [], extensions }));
    await validateExperiment(around, options);
  } catch (cause) {
    const findings = isPadoError(cause) ? (cause.details.findings as readonly Finding[] | undefined) : undefined;
    if (findings === undefined) throw cause;
    const own = findings.map((one) => (one.file === path ? { ...one, file } : one));
    throw new PadoError('ERR_PADO_INVALID', own.map(sentence).join('\n'), { cause, details: { file, findings: own } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
