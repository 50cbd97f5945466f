import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { crdFiles, faultDefinition, faultReportDefinition } from '../../agent/fault/crd.ts';
import { helm } from './helpers/cluster.ts';

t.test('Helm renders the resources as they are, kept or not, or not at all', async (t) => {
  const chart = t.testdir({ 'Chart.yaml': 'apiVersion: v2\nname: crds\nversion: 0.1.0\n', templates: {} });
  await cp(dirname(Object.keys(crdFiles)[0]!), join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'values.yaml'), 'crds: {install: true, keep: false}\n');
  const render = async (...flags: string[]) =>
    parseAllDocuments(await helm('template', 'x', chart, ...flags))
      .map((document) => document.toJS() as { metadata: { name: string; annotations?: object } })
      .filter((object) => object !== null);
  const wanted = [faultDefinition, faultReportDefinition];
  const byName = (a: { metadata: { name: string } }, b: typeof a) => a.metadata.name.localeCompare(b.metadata.name);
  t.same((await render()).sort(byName), [...wanted].sort(byName));
  const kept = await render('--set', 'crds.keep=true');
  t.same(
    kept.map(({ metadata }) => metadata.annotations),
    wanted.map(() => ({ 'helm.sh/resource-policy': 'keep' })),
  );
  t.same(await render('--set', 'crds.install=false'), []);
});
