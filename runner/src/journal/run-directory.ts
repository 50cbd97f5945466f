import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface RunDirectory {
  readonly id: string;
  /** Absolute: .pado/runs/<id>. */
  readonly path: string;
}

/** Makes the folder of a run, `20261123t085950z-slow-payments-naive`; within one second a number tells runs apart. */
export async function makeRunDirectory(
  runs: string,
  experiment: string,
  policies: string,
  now: Date,
): Promise<RunDirectory> {
  await mkdir(runs, { recursive: true });
  const stamp = now.toISOString().replace(/\.\d+|[-:]/g, '');
  const base = [stamp, experiment, policies].map(slug).join('-');
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? base : `${base}-${attempt}`;
    try {
      await mkdir(join(runs, id));
      return { id, path: join(runs, id) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Letters, digits and dashes: fit for a file, a label and the name of a fault. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'run';
