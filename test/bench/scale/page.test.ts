import { readFile } from 'node:fs/promises';
import t from 'tap';
import { limits } from './harness/page.ts';
import { bars } from './harness/tables.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

t.test('the limits that the page names are those of the agent', async (t) => {
  const sources = ['channel-server.ts', 'pod-teller.ts', 'events.ts'];
  const code = (await Promise.all(sources.map((file) => read(`agent/daemon/src/kubernetes/${file}`)))).join('\n');
  for (const [name, value] of Object.entries(limits)) {
    const [, found] = new RegExp(`^const ${name} = ([\\d_]+);`, 'm').exec(code) ?? [];
    t.equal(Number(found?.replaceAll('_', '')), value, name);
  }
});

t.test('the page that is there was written with these limits', async (t) => {
  const text = await read('docs/reference/scale.md');
  for (const value of [limits.maxChannelsOfAPod, limits.maxFromAnAddress, limits.maxConnections])
    t.match(text, new RegExp(`\\| ${value.toLocaleString('en')}\\b`));
});

t.test('bars are as long as what they stand for', async (t) => {
  const [first = '', second = ''] = bars(
    [
      ['a', 10],
      ['bb', 100],
    ],
    'ms',
  ).split('\n');
  t.equal(first, `a  ${'█'.repeat(5)} 10 ms`);
  t.equal(second, `bb ${'█'.repeat(50)} 100 ms`);
});
