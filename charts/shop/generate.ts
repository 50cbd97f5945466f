/**
 * What this chart holds of other rooms, which a chart cannot reach: the presets of policies and the load, which is
 * `load/shop.ts` and the files beside it that it imports. `node charts/shop/generate.ts` writes it; a test compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { presets } from '@pado/kit/presets';

const load = new URL('../../load/', import.meta.url);
/** A ConfigMap has no folders: all that is imported lies beside `shop.ts`. */
const siblingImport = /^(?:import|export)\b[^'"]*?'\.\/([\w-]+\.ts)'/gm;

/** Texts by their path in the chart. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([['files/presets.json', `${JSON.stringify(presets, null, 2)}\n`]]);
  const add = async (name: string): Promise<void> => {
    if (files.has(`files/load/${name}`)) return;
    const text = await readFile(new URL(name, load), 'utf8');
    files.set(`files/load/${name}`, text);
    for (const [, imported] of text.matchAll(siblingImport)) if (imported !== undefined) await add(imported);
  };
  await add('shop.ts');
  return files;
}

if (import.meta.main) {
  for (const [path, text] of await generated()) await writeFile(new URL(path, import.meta.url), text);
}
