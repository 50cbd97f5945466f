import { access, readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFile(new URL(path, root), 'utf8');

t.test('the image is built with the package.json of every workspace', async (t) => {
  const { workspaces } = JSON.parse(await text('package.json')) as { workspaces: string[] };
  const dockerfile = await text('Dockerfile');
  for (const folder of workspaces) t.match(dockerfile, `COPY ${folder}/package.json ${folder}/`, folder);
});

t.test('Dockerfiles need no BuildKit', async (t) => {
  const images = ['postgres', 'prometheus', 'k6'].map((name) => `test/e2e/images/${name}/Dockerfile`);
  for (const path of ['Dockerfile', ...images])
    t.notMatch(await text(path), /--mount|<<|--link|--chmod|# syntax/, path);
});

t.test('the files that the Dockerfile makes are those that the charts start', async (t) => {
  const dockerfile = await text('Dockerfile');
  t.match(dockerfile, 'injector/injector.cjs');
  t.match(dockerfile, 'agent/agent.mjs');
  await t.resolves(access(new URL('services/kit/bin/service.ts', root)));
});

t.test('the stand-in for k6 has the version of the values', async (t) => {
  const { load } = parse(await text('charts/shop/values.yaml')) as { load: { image: { tag: string } } };
  t.match(await text('test/e2e/images/k6/Dockerfile'), `k6==${load.image.tag}`);
});

t.test('what is compiled ahead is compiled with the flags that the chart starts services with', async (t) => {
  const { defaults } = parse(await text('charts/shop/values.yaml')) as { defaults: { nodeArgs: string[] } };
  t.match(await text('Dockerfile'), `node ${defaults.nodeArgs.join(' ')} `);
});
