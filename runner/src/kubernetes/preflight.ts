import { readFile } from 'node:fs/promises';
import { type FaultSpec, isPadoError, keys, PadoError } from '@pado/fault';
import type { Experiment } from '../experiment/experiment.ts';
import { faultName, isFaultAction } from '../experiment/fault-action.ts';
import { parseSource, type Source } from '../experiment/source.ts';
import type { KubeClient } from './client.ts';
import { fieldPath } from './errors.ts';
import { faultObject, injectedPods } from './faults.ts';
import { paths } from './paths.ts';

/**
 * Asks the API server for each fault of an experiment without creating it: a missing CRD, a missing rule and a refused
 * spec are told before the load begins, not in the middle of a run.
 */
export async function preflight(client: KubeClient, { file, method }: Experiment): Promise<void> {
  for (const [index, activity] of method.entries()) {
    if (!isFaultAction(activity)) continue;
    const { spec } = activity.provider;
    const tryOut = () => dryRun(client, faultName(activity), spec);
    await tryOut().catch(async (error) => {
      const source = parseSource(await readFile(file, 'utf8'));
      throw 'value' in source ? located(error, file, source, ['method', index, 'provider']) : error;
    });
  }
  if (method.some(isFaultAction) && (await injectedPods(client)).length === 0) {
    const message = `no pod in the namespace ${client.namespace} has the label ${keys.inject}=enabled: is the shop there ("helm install shop charts/shop"), or is it --namespace?`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message);
  }
}

/** @throws PadoError ERR_PADO_INVALID when the API server refuses the spec */
export async function dryRun(client: KubeClient, name: string, spec: FaultSpec): Promise<void> {
  const query = { dryRun: 'All' };
  try {
    await client.request('POST', paths.faults(client.namespace), { body: faultObject(name, spec), query });
  } catch (error) {
    // Whether a fault of that name may be replaced is decided when it is created.
    if (!isPadoError(error) || error.code !== 'ERR_PADO_CONFLICT') throw error;
  }
}

/** The API server's refusal with the lines of the file that it is about; any other error as it is. */
export function located(error: unknown, file: string, source: Source, at: readonly (string | number)[]): unknown {
  if (!isPadoError(error) || error.code !== 'ERR_PADO_INVALID') return error;
  const causes = (error.details.causes ?? []) as readonly { readonly field?: string; readonly message?: string }[];
  if (causes.length === 0) return error;
  const findings = causes.map(({ field = '', message = 'refused' }) => {
    const path = [...at, ...fieldPath(field)];
    return { ...source.positionOf(path), path, message: message.replace(/^Invalid value: (?:"[^"]*"|\{.*?\}): /s, '') };
  });
  const lines = findings.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return new PadoError('ERR_PADO_INVALID', lines.join('\n'), { cause: error, details: { file, findings } });
}
