import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Experiment } from '../experiment/experiment.ts';
import { thisMachine } from './calibration.ts';
import type { BenchSummary } from './contracts.ts';

export const machineOf = (): BenchSummary['machine'] => ({
  ...thisMachine(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

/**
 * A hash of what a run is made of besides its arms: the experiment's file, its load, and the shop. Runs of one hash may be
 * compared; a program of the user's own, or a cluster, is beyond its sight.
 */
export async function codeOf({ file, load }: Experiment, installation: string): Promise<string> {
  const services = join(installation, 'services');
  const sources = (await readdir(services, { recursive: true }))
    .filter((path) => /^[^/]+\/(src|migrations)\/.*\.(ts|sql)$/.test(path))
    .sort();
  const hash = createHash('sha256');
  for (const path of [
    file,
    ...(load === undefined ? [] : [load.script]),
    ...sources.map((path) => join(services, path)),
  ])
    hash.update(await readFile(path)).update('\0');
  return hash.digest('hex');
}
