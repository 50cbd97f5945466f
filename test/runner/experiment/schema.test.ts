// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { schemaFiles } from '../../../runner/src/experiment/schema/files.ts';

const files = schemaFiles();
const rebuild = 'node runner/src/experiment/schema/write.ts && npm run format';

t.test('the schemas for editors are in step with the source', async (t) => {
  for (const [name, schema] of Object.entries(files)) {
    t.same(JSON.parse(await readFile(name, 'utf8')), JSON.parse(JSON.stringify(schema)), `${name}: ${rebuild}`);
  }
});

/** As an editor does it: no keyword of ours, no discriminator. */
const compiled = new Map(
  Object.entries(files).map(([name, schema]) => [
    basename(name),
    new Ajv({ strict: false, allErrors: true }).compile(schema as object),
  ]),
);

t.test('every file of the catalogue names its schema and fits it', async (t) => {
  for (const [folder, schema] of [
    ['experiments', 'experiment.schema.json'],
    ['experiments/cascades', 'experiment.schema.json'],
    ['experiments/infra', 'experiment.schema.json'],
    ['experiments/steady-state', 'steady-state.schema.json'],
  ] as const) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && !name.startsWith('values-'));
    t.ok(names.length > 0);
    for (const name of names) {
      const text = await readFile(join(folder, name), 'utf8');
      const path = folder === 'experiments' ? schema : `../${schema}`;
      t.equal(text.split('\n', 1)[0], `# yaml-language-server: $schema=${path}`, name);
      const fits = compiled.get(schema)!;
      t.ok(fits(parse(text)), name, { errors: fits.errors });
    }
  }
});

t.test('an editor sees a misspelt field, and lets a variable stand for a number', async (t) => {
  const text = await readFile('experiments/slow-payments.yaml', 'utf8');
  const fits = compiled.get('experiment.schema.json')!;
  t.notOk(fits(parse(text.replace('delay: 2s', 'delai: 2s'))));
  t.notOk(fits(parse(text.replace('value: 0.5', 'value: fast'))));
  t.ok(fits(parse(text.replace('value: 0.5', "value: '${limit}'"))));
});
