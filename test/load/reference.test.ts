import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { findings } from '../../load/lib/findings.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const page = await read('docs/reference/load.md');

/** The names in the first cells of the table below a header. */
function firstColumn(head: string): string[] {
  const rows = page
    .slice(page.indexOf(`| ${head} |`))
    .split('\n')
    .slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

const files = (await readdir(new URL('load/', root), { recursive: true })).filter((name) => name.endsWith('.ts'));
const texts = await Promise.all(files.map((name) => read(`load/${name}`)));

t.test('the page lists the scripts that there are', async (t) => {
  const scripts = files.filter((_, index) => /^export const options\b/m.test(texts[index]!));
  t.same(firstColumn('script').sort(), scripts.sort());
});

t.test('the page lists the settings that scripts read', async (t) => {
  const reads = /\b(?:whole|number|duration|durationOf|oneOf|address)\('([A-Z0-9_]+)'|__ENV\.([A-Z0-9_]+)/g;
  const settings = texts.flatMap((text) => [...text.matchAll(reads)].map(([, a, b]) => a ?? b!));
  const others = ['PWD', 'NAMESPACE'];
  t.same(firstColumn('setting').sort(), [...new Set(settings)].filter((name) => !others.includes(name)).sort());
});

t.test('the page names what a check of a ledger can find', async (t) => {
  for (const finding of findings) t.ok(firstColumn('metric').includes(finding), finding);
});
