import { readFile } from 'node:fs/promises';
import { parseSource } from '../experiment/source.ts';
import { validateExperiment } from '../experiment/validate.ts';
import { isObject } from '../is-object.ts';
import { toChaosToolkit } from './chaostoolkit.ts';
import { exportedText } from './text.ts';

interface Options {
  /** An experiment. */
  readonly file: string;
  /** Where the result will be, seen from where `chaos` is run. */
  readonly output: string;
}

/** Reads and exports an experiment. @throws PadoError with everything that is wrong with it */
export async function exportChaosToolkit({ file, output }: Options): Promise<{ document: unknown; text: string }> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const source = parseSource(text);
  const written = 'value' in source ? source.value : undefined;
  const environment = { ...process.env, ...standIns(written) };
  const experiment = await validateExperiment(file, { environment });
  const document = toChaosToolkit({ document: written, experiment, file: output });
  return { document, text: exportedText(document, output) };
}

/** Variables of the environment that the run needs, and the export does not: only names are written. */
function standIns(document: unknown): Record<string, string> {
  const keys: string[] = [];
  const walk = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    if (!isObject(value)) return;
    if (value.type === 'env' && typeof value.key === 'string' && !('default' in value)) keys.push(value.key);
    for (const item of Object.values(value)) walk(item);
  };
  if (isObject(document)) walk([document.configuration, document.secrets]);
  return Object.fromEntries(keys.filter((key) => process.env[key] === undefined).map((key) => [key, '1']));
}
