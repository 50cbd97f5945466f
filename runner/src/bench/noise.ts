import { join } from 'node:path';
import { readJson, replaceFile } from '../stack/files.ts';

/** The half width of an A/A benchmark's interval: what two identical systems seem to differ by, here and in this experiment. */
export interface NoiseFloor {
  readonly experiment: string;
  readonly policies: string;
  readonly pairs: number;
  readonly halfWidthSeconds: number;
  /** Whether the interval contained 0, as it must. */
  readonly passed: boolean;
  readonly at: string;
}

const fileOf = (state: string, experiment: string): string => join(state, 'bench', 'noise', `${experiment}.json`);

export const readNoise = (state: string, experiment: string): Promise<NoiseFloor | undefined> =>
  readJson(fileOf(state, experiment));

export const writeNoise = (state: string, noise: NoiseFloor): Promise<void> =>
  replaceFile(fileOf(state, noise.experiment), `${JSON.stringify(noise, null, 2)}\n`, 0o644);
