/**
 * What this chart holds of other rooms, which a chart cannot reach: the presets of policies and the load.
 * `node charts/shop/generate.ts` writes it; a test compares.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { presets } from '@pado/kit/presets';

const load = new URL('../../load/', import.meta.url);

/** Texts by their path in the chart. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([['files/presets.json', `${JSON.stringify(presets, null, 2)}\n`]]);
  for (const name of await readdir(load)) {
    if (name.endsWith('.ts')) files.set(`files/load/${name}`, await readFile(new URL(name, load), 'utf8'));
  }
  return files;
}

if (import.meta.main) {
  for (const [path, text] of await generated()) await writeFile(new URL(path, import.meta.url), text);
}
