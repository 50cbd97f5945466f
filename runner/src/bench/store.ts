import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PadoError } from '@pado/fault';
import { readJson, replaceFile } from '../stack/files.ts';

/** A folder that keeps each finished run, so that an interrupted benchmark goes on where it stopped. */
export interface Store<Run> {
  readonly folder: string;
  readonly runs: () => Promise<readonly Run[]>;
  readonly keep: (name: string, run: Run) => Promise<void>;
}

/**
 * Opens or makes the folder. `identity` is whatever decides the results: experiment, arms, seed, calibration.
 * @throws PadoError ERR_PADO_INVALID when the folder holds runs of something else, and `fresh` is false.
 */
export async function openStore<Run>(folder: string, identity: unknown, { fresh = false } = {}): Promise<Store<Run>> {
  const file = join(folder, 'identity.json');
  const runsFolder = join(folder, 'runs');
  const mark = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  const earlier = await readJson<{ mark: string }>(file);
  if (fresh || (earlier === undefined && (await readdir(folder).catch(() => [])).length === 0)) {
    await rm(folder, { recursive: true, force: true });
  } else if (earlier?.mark !== mark) {
    throw new PadoError(
      'ERR_PADO_INVALID',
      `${folder} holds runs of another version of this (the experiment, the policies or the calibration have changed); --fresh throws them away and begins anew`,
    );
  }
  // The mark alone: an arm's environment may hold secrets.
  await mkdir(runsFolder, { recursive: true });
  await replaceFile(file, `${JSON.stringify({ mark })}\n`, 0o644);
  return {
    folder,
    runs: async () => {
      const files = (await readdir(runsFolder)).filter((name) => name.endsWith('.json')).sort();
      const read = await Promise.all(files.map((name) => readJson<Run>(join(runsFolder, name))));
      return read.filter((run) => run !== undefined);
    },
    keep: (name, run) => replaceFile(join(runsFolder, `${name}.json`), `${JSON.stringify(run)}\n`, 0o644),
  };
}
