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

const fileOf = (state: string, experiment: string, policies: string): string =>
  join(state, 'bench', 'noise', `${experiment}--${policies.replace(/[^A-Za-z0-9.+-]+/g, '_').slice(0, 60)}.json`);

/** The noisier of the two arms, as far as they were measured. */
export async function readNoise(
  state: string,
  experiment: string,
  arms: readonly string[],
): Promise<NoiseFloor | undefined> {
  const found = await Promise.all(arms.map((arm) => readJson<NoiseFloor>(fileOf(state, experiment, arm))));
  return found
    .filter((one) => one !== undefined)
    .sort((one, other) => other.halfWidthSeconds - one.halfWidthSeconds)[0];
}

export const writeNoise = (state: string, noise: NoiseFloor): Promise<void> =>
  replaceFile(fileOf(state, noise.experiment, noise.policies), `${JSON.stringify(noise, null, 2)}\n`, 0o644);
