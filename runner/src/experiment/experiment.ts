import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { durationMs } from '@pado/fault';
import type { ProbeWindow } from '../contracts.ts';
import type { Activity, ExperimentDocument, HypothesisProbe, PadoExtension, RecordedProbe, Scalar } from './schema.ts';

/** An experiment that is valid, with its defaults filled in. */
export interface Experiment {
  readonly file: string;
  /** The file's name without its ending: slow-payments. */
  readonly name: string;
  readonly title: string;
  /** As written, with the configuration substituted; for the journal. */
  readonly document: ExperimentDocument;
  readonly hypothesis: ExperimentDocument['steady-state-hypothesis'];
  readonly method: readonly Activity[];
  readonly rollbacks: readonly RecordedProbe[];
  readonly load?: Load;
  readonly warmupMs: number;
  readonly baselineMs: number;
  readonly recoveryMs: number;
}

export interface Load {
  /** Absolute. */
  readonly script: string;
  /** The script as the experiment names it. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export function toExperiment(file: string, document: ExperimentDocument): Experiment {
  const extension = padoExtension(document);
  const { load } = extension;
  const script = load === undefined ? undefined : findScript(file, load.script);
  return {
    file,
    name: basename(file).replace(/\.(ya?ml|json)$/, ''),
    title: document.title,
    document,
    hypothesis: document['steady-state-hypothesis'],
    method: document.method,
    rollbacks: document.rollbacks ?? [],
    ...(load === undefined || script === undefined
      ? {}
      : { load: { script, name: load.script, env: texts(load.env ?? {}) } }),
    warmupMs: durationMs(extension.warmup ?? '5s'),
    baselineMs: durationMs(extension.baseline ?? '10s'),
    recoveryMs: durationMs(extension.recovery ?? '30s'),
  };
}

export const padoExtension = ({ extensions = [] }: ExperimentDocument): PadoExtension =>
  extensions.find((extension): extension is PadoExtension => extension.name === 'pado') ?? { name: 'pado' };

/** Looks in the experiment's folder, then in each one above it: `load/shop.ts` works in a catalogue and beside one. */
export function findScript(file: string, script: string): string | undefined {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const candidate = resolve(folder, script);
    if (existsSync(candidate)) return candidate;
    if (folder === join(folder, '..')) return undefined;
  }
}

/** When a probe is judged. k6 sums up once, at the end of its run. */
export const windowsOf = ({ provider }: HypothesisProbe): readonly ProbeWindow[] =>
  provider.type === 'k6' ? ['after'] : (provider.window ?? ['before', 'during']);

const texts = (env: Readonly<Record<string, Scalar>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]));
