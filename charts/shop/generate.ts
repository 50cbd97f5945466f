/**
 * What this chart holds of other rooms, which a chart cannot reach: the presets of policies, their schema, and the load,
 * which is `load/shop.ts` and the files beside it that it imports. `node charts/shop/generate.ts` writes it; a test
 * compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { peerPolicySchema, serverPolicySchema } from '@pado/kit/policy';
import { presetNames, presets } from '@pado/kit/presets';

const load = new URL('../../load/', import.meta.url);
/** A ConfigMap has no folders: all that is imported lies beside `shop.ts`. */
const siblingImport = /^(?:import|export)\b[^'"]*?'\.\/([\w-]+\.ts)'/gm;

/** Texts by their path in the chart. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    ['files/presets.json', `${JSON.stringify(presets, null, 2)}\n`],
    ['values.schema.json', await valuesSchema()],
  ]);
  const add = async (name: string): Promise<void> => {
    if (files.has(`files/load/${name}`)) return;
    const text = await readFile(new URL(name, load), 'utf8');
    files.set(`files/load/${name}`, text);
    for (const [, imported] of text.matchAll(siblingImport)) if (imported !== undefined) await add(imported);
  };
  await add('shop.ts');
  return files;
}

/** The chart's own schema, with what `policies` may hold put in its place. */
async function valuesSchema(): Promise<string> {
  const schema = JSON.parse(await readFile(new URL('values.schema.json', import.meta.url), 'utf8'));
  const { properties } = schema.properties.policies;
  const { propertyNames } = properties.services;
  properties.preset = { enum: presetNames };
  properties.services = {
    ...{ type: 'object', propertyNames },
    additionalProperties: { type: 'object', propertyNames, additionalProperties: plain(peerPolicySchema) },
  };
  properties.servers = { type: 'object', propertyNames, additionalProperties: plain(serverPolicySchema) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** JSON Schema without what people read elsewhere. */
const plain = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === 'description' ? undefined : value)));

if (import.meta.main) {
  for (const [path, text] of await generated()) await writeFile(new URL(path, import.meta.url), text);
}
