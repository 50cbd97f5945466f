import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { benchPage } from '../../../../runner/src/bench/report/page.ts';
import { writeBenchReport } from '../../../../runner/src/bench/report/report.ts';
import { browser } from '../../../helpers/browser.ts';
import { madeBench } from './made-bench.ts';

const render = (bench: ReturnType<typeof madeBench>) => benchPage(bench, { style: '', script: '' });
/** What a reader reads. */
const said = (html: string): string =>
  html
    .slice(html.indexOf('<body>'))
    .replace(/<script[\s\S]*?<\/script>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ');

t.test('the verdict stands on top, with what it rests on', async (t) => {
  const html = render(madeBench({ spoilt: [2], noiseFloor: 0.8 }));
  t.match(html, /<p class="headline ok"><code>full<\/code> loses 1\d\.\d s of SLO against 6\d\.\d s/);
  const text = said(html);
  for (const words of [
    '7 of 8 pairs count · 1 run is void · seed 1',
    '7 of 7 not recovered',
    'void: the machine was 97% busy for ten seconds, where 90% may be',
    'pado bench experiments/cascades/retry-storm-capacity.yaml --a naive --b full',
    '2 cores, a processor, 8 GiB, Node.js v24.21.0',
    '0.8 s of SLO: two identical arms seem to differ by so much',
  ])
    t.ok(text.includes(words), words);
});

t.test('where nothing can be claimed it says so first, and shows what there is', async (t) => {
  const html = render(madeBench({ pairs: 1, quick: true }));
  t.match(html, /<p class="headline warn">Nothing can be claimed/);
  t.match(said(html), /1 of 1 pair counts · seed 1 · quick: a look, no measurement/);
  t.notMatch(said(html), /✓ better|✗ worse/);
  t.match(said(html), /Not known: no A\/A benchmark was run here/);
});

t.test('a benchmark of void runs alone reads as one', async (t) => {
  const text = said(render(madeBench({ pairs: 2, spoilt: [0, 1] })));
  t.match(text, /No pair counts, so nothing can be compared/);
  t.match(text, /No pair counts: all runs are shown, and prove nothing/);
  t.notMatch(text, /NaN|undefined|null/);
});

t.test('a benchmark without any run is a page all the same', async (t) => {
  const text = said(render({ ...madeBench({ pairs: 0, wantedPairs: 8 }), runs: [] }));
  t.match(text, /0 of 8 pairs count/);
  t.match(text, /There is no run/);
});

t.test('what others wrote is text, never markup', async (t) => {
  const bench = madeBench({ pairs: 1 });
  const evil = '</script><img src=x onerror=alert(1)>';
  const runs = bench.runs.map((run) => ({ ...run, policies: evil, void: [evil], verdict: evil }));
  const html = render({ summary: { ...bench.summary, a: evil, experiment: evil }, runs, command: evil });
  t.notMatch(html, '<img');
});

t.test('in a browser the chart is drawn, and nothing is asked of any network', async (t) => {
  const chromium = await browser(t);
  if (chromium === undefined) return;
  const directory = t.testdir();
  const bench = madeBench({ spoilt: [2] });
  const files = await writeBenchReport({ directory, ...bench });
  t.strictSame(files.html, join(directory, 'report.html'));
  const page = await chromium.newPage({ viewport: { width: 1_280, height: 900 } });
  const failures: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', ({ message }) => failures.push(message));
  page.on('console', (message) => failures.push(message.text()));
  page.on('request', (request) => asked.push(request.url()));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(pathToFileURL(files.html).href);
    t.equal(await page.locator('#goodput-chart canvas').count(), 1);
    t.equal(await page.locator('svg.paired').count(), 2);
    t.equal(await page.locator('.u-legend .u-series').count(), 7);
  }
  await page.setViewportSize({ width: 380, height: 800 });
  const wide = await page.evaluate('document.documentElement.scrollWidth');
  t.ok(Number(wide) <= 380, 'a telephone needs no sideways scrolling');
  t.strictSame(failures, []);
  t.ok(asked.every((url) => url.startsWith('file:') || url.startsWith('data:')));
  const json = JSON.parse(await readFile(files.json, 'utf8'));
  t.match(json, { version: 1, command: bench.command, summary: { pairs: 7 }, runs: { length: 16 } });
});
