import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { Journal } from '../../../runner/src/contracts.ts';
import { writeReport } from '../../../runner/src/report/report.ts';
import { slowPayments } from '../../fixtures/journals/slow-payments.ts';
import { browser } from '../../helpers/browser.ts';

t.setTimeout(120_000);

const chromium = await browser(t);
if (chromium === undefined) t.plan(0, 'there is no Chromium on this machine: apt-get install chromium');

/** The report, opened as a file, and all that it asked for or complained of. */
async function open(t: Test, journals: readonly Journal[], scheme: 'light' | 'dark' = 'light') {
  const folder = await mkdtemp(join(tmpdir(), 'pado-report-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = await writeReport({ journals, file: join(folder, 'deep', 'report.html') });
  const page = await chromium!.newPage({ colorScheme: scheme, viewport: { width: 1_200, height: 900 } });
  t.teardown(() => page.close());
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`file://${file}`);
  return { file, page, requests, complaints };
}

/** How many pixels of a chart's canvas differ from its most frequent colour. */
const inked = (page: Page, index: number): Promise<number> =>
  page
    .locator('.chart canvas')
    .nth(index)
    .evaluate((element) => {
      const canvas = element as unknown as {
        width: number;
        height: number;
        getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8Array } };
      };
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const counts = new Map<number, number>();
      for (let at = 0; at < data.length; at += 4) {
        const color = data[at]! * 2 ** 16 + data[at + 1]! * 2 ** 8 + data[at + 2]!;
        counts.set(color, (counts.get(color) ?? 0) + 1);
      }
      return data.length / 4 - Math.max(...counts.values());
    });

if (chromium !== undefined) {
  t.test('one file that asks for nothing and draws everything', async (t) => {
    const { file, page, requests, complaints } = await open(t, slowPayments());
    t.same(complaints, []);
    t.same(requests, [`file://${file}`], 'nothing but the file itself');
    const text = await readFile(file, 'utf8');
    t.notMatch(text, /(src|href)="https?:/);
    t.equal(await page.title(), 'Payments answer two seconds late · Pado report');
    const charts = await page.locator('.chart canvas').count();
    t.ok(charts >= 6, `${charts} charts`);
    t.equal(await page.locator('.chart').count(), charts, 'each place has its chart');
    for (let index = 0; index < charts; index += 1)
      t.ok((await inked(page, index)) > 1_000, `chart ${index} shows lines`);
    t.equal(await page.locator('svg.map').count(), 2, 'a map of each run');
  });

  t.test('it says what was found: verdicts, probes with their values, dose requested and delivered', async (t) => {
    const { page } = await open(t, slowPayments());
    const said = await page.locator('main').innerText();
    for (const words of ['deviated', 'held', 'naive', 'standard', 'checkout p99', 'slow-payments', '203', '187'])
      t.ok(said.includes(words), words);
    const [before, after] = slowPayments();
    t.ok(said.includes(before.pado.reason) && said.includes(after.pado.reason), 'the reasons');
  });

  t.test("the fault's window is shaded", async (t) => {
    const { page } = await open(t, slowPayments());
    const [, withoutShade] = await page.evaluate(() => {
      const source = (globalThis as unknown as { document: { getElementById(id: string): { textContent: string } } })
        .document;
      const { panels } = JSON.parse(source.getElementById('panels').textContent) as {
        panels: { shades: number[][] }[];
      };
      return [panels.length, panels.filter(({ shades }) => shades.length === 0).length] as const;
    });
    t.equal(withoutShade, 0);
    const shaded = await inked(page, 0);
    const bare = slowPayments().map((journal) => ({
      ...journal,
      pado: { ...journal.pado, windows: {} },
    })) as unknown as Journal[];
    const { page: other } = await open(t, bare);
    t.ok(shaded > (await inked(other, 0)) * 1.5, 'and without a window it is not');
  });

  t.test('light and dark, narrow and on paper, with enough contrast to read', async (t) => {
    const background = (page: Page) =>
      page.evaluate(() => {
        const scope = globalThis as unknown as {
          document: { body: object };
          getComputedStyle(element: object): { backgroundColor: string };
        };
        return scope.getComputedStyle(scope.document.body).backgroundColor;
      });
    const light = await open(t, slowPayments());
    const dark = await open(t, slowPayments(), 'dark');
    t.not(await background(light.page), await background(dark.page));
    t.same(dark.complaints, []);
    await light.page.setViewportSize({ width: 400, height: 800 });
    const overflow = await light.page.evaluate(() => {
      const { scrollWidth, clientWidth } = (
        globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
      ).document.documentElement;
      return scrollWidth - clientWidth;
    });
    t.ok(overflow <= 0, `nothing sticks out of a narrow window: ${overflow} px`);
    t.ok((await light.page.pdf()).length > 10_000, 'it can be printed');
  });

  t.test('what a journal holds is text, never markup', async (t) => {
    const [before, after] = slowPayments();
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const journal = {
      ...after,
      experiment: { ...Object(after.experiment), title: hostile, description: hostile },
    } as Journal;
    const { page, requests } = await open(t, [before, { ...journal, pado: { ...journal.pado, reason: hostile } }]);
    t.equal(requests.length, 1);
    t.ok((await page.locator('main').innerText()).includes(hostile), 'it is shown as it is');
    t.equal(await page.locator('main img').count(), 0);
  });

  t.test('one run alone, and one without data, are reports too', async (t) => {
    const [before] = slowPayments();
    const alone = await open(t, [before]);
    t.same(alone.complaints, []);
    t.ok((await alone.page.locator('.chart canvas').count()) > 0);
    const { series: _, ...rest } = before.pado as typeof before.pado & { series?: unknown };
    const bare = await open(t, [
      { ...before, pado: { ...rest, series: [], probes: [], faults: [] } } as unknown as Journal,
    ]);
    t.same(bare.complaints, []);
    t.ok((await bare.page.locator('main').innerText()).length > 100);
  });
}
