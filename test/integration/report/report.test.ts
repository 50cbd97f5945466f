import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { Journal } from '../../../runner/src/contracts.ts';
import { writeReport } from '../../../runner/src/report/report.ts';
import type { Language } from '../../../runner/src/report/text/language.ts';
import {
  everything,
  incomplete,
  markup,
  withHugeNumbers,
  withManyProbes,
  withMarkup,
} from '../../fixtures/journals/hostile.ts';
import { slowPayments } from '../../fixtures/journals/slow-payments.ts';
import { browser } from '../../helpers/browser.ts';

t.setTimeout(300_000);

const chromium = await browser(t);
if (chromium === undefined) t.plan(0, 'there is no Chromium on this machine: apt-get install chromium');

/** Where pictures of the page are kept, for people to look at. */
const screenshots = resolve(process.env.PADO_SCREENSHOTS ?? '.pado/screenshots');
await mkdir(screenshots, { recursive: true });
const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(screenshots, `report-${name}.png`), fullPage: true });

interface Opening {
  readonly scheme?: 'light' | 'dark';
  readonly language?: Language;
}

/** The report, opened as a file, and all that it asked for or complained of. */
async function open(t: Test, journals: readonly Journal[], { scheme = 'light', language = 'en' }: Opening = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'pado-report-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = await writeReport({ journals, file: join(folder, 'deep', 'report.html'), language });
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
    t.ok(said.includes('3 of 5 judgements missed') && said.includes('All 5 judgements are within'), 'the reasons');
    await picture(page, 'compared');
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
    const dark = await open(t, slowPayments(), { scheme: 'dark' });
    t.not(await background(light.page), await background(dark.page));
    t.same(dark.complaints, []);
    await picture(dark.page, 'dark');
    await light.page.setViewportSize({ width: 400, height: 800 });
    const overflow = await light.page.evaluate(() => {
      const { scrollWidth, clientWidth } = (
        globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
      ).document.documentElement;
      return scrollWidth - clientWidth;
    });
    t.ok(overflow <= 0, `nothing sticks out of a narrow window: ${overflow} px`);
    await picture(light.page, 'narrow');
  });

  t.test('what a journal holds is text, never markup', async (t) => {
    const { page, requests, complaints } = await open(t, [withMarkup(), withMarkup()]);
    t.equal(requests.length, 1);
    t.same(complaints, []);
    t.ok((await page.locator('main').innerText()).includes(markup), 'it is shown as it is');
    t.equal(await page.locator('main img').count(), 0);
    t.match(await page.title(), /onerror/, 'nor has it run');
  });

  t.test('numbers beyond all measure and journals with holes break nothing', async (t) => {
    const huge = await open(t, [withHugeNumbers()]);
    t.same(huge.complaints, []);
    const crooked = incomplete();
    const some = [0, 7, 31, 64, 90, crooked.length - 1].flatMap((index) => crooked[index] ?? []);
    t.same((await open(t, some)).complaints, []);
    t.same((await open(t, some.slice(-1))).complaints, []);
  });

  t.test('sixty probes: twelve charts are drawn, the others when they are opened, none is empty', async (t) => {
    const { page, complaints } = await open(t, [withManyProbes()]);
    const drawn = () => page.locator('.chart canvas').count();
    t.equal(await drawn(), 12);
    await page.locator('#charts ~ details > summary').first().click();
    await page.locator('.chart canvas').nth(12).waitFor();
    const places = await page.locator('#charts ~ details').first().locator('.chart').count();
    t.equal(await drawn(), 12 + places);
    t.ok((await inked(page, 11)) > 1_000 && (await inked(page, 12 + places - 1)) > 1_000);
    t.same(complaints, []);
    await picture(page, 'many-probes');
  });

  t.test('an aborted run says why, and all that it found', async (t) => {
    const { page } = await open(t, [everything()]);
    const stop = await page.locator('.stop').innerText();
    t.match(stop, /error budget[\s\S]*31% of the budget was gone[\s\S]*312 ms later/);
    t.equal(await page.locator('svg.map g.rank').count(), 3, 'the order of arrival is on the map');
    t.equal(await page.locator('ol.arrivals li').count(), 3);
    await picture(page, 'aborted');
  });

  t.test('in Korean', async (t) => {
    const { page, complaints } = await open(t, [everything(), slowPayments()[1]], { language: 'ko' });
    t.same(complaints, []);
    t.equal(await page.locator('html').getAttribute('lang'), 'ko');
    const headings = await page.locator('h2[id]').allInnerTexts();
    t.ok(headings.length >= 9);
    for (const heading of headings) t.match(heading, /[가-힣]/);
    t.notMatch(await page.locator('main').innerText(), /undefined/);
    await picture(page, 'korean');
  });

  t.test('on paper nothing is cut, whatever the screen was like', async (t) => {
    const { page, complaints } = await open(t, slowPayments(), { scheme: 'dark' });
    const paper = await page.pdf({ format: 'A4', margin: { top: '1cm', bottom: '1cm', left: '1cm', right: '1cm' } });
    const pages = paper.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    t.ok(pages > 3 && pages < 40, `${pages} pages`);
    // What the page does for paper, seen on a screen as wide as A4 is within those margins.
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.setViewportSize({ width: 718, height: 1_047 });
    await page.emulateMedia({ media: 'print' });
    const tooWide = await page
      .locator('.chart canvas, svg.map, table, pre')
      .evaluateAll(
        (all) =>
          all.filter(
            (one) => (one as { getBoundingClientRect(): { right: number } }).getBoundingClientRect().right > 719,
          ).length,
      );
    t.equal(tooWide, 0);
    const folded = await page.locator('section:not([aria-labelledby=facts]) details:not([open])').count();
    t.equal(folded, 0, 'what was folded is printed');
    t.same(complaints, []);
    await picture(page, 'paper');
  });

  t.test('by keyboard and by ear: tables are named, what scrolls can be reached, charts are told', async (t) => {
    const { page } = await open(t, [everything(), slowPayments()[1]]);
    t.equal(await page.locator('table:not(:has(caption))').count(), 0 + (await page.locator('.u-legend').count()));
    t.equal(await page.locator('.scroll:not([tabindex="0"])').count(), 0);
    for (const label of await page
      .locator('.chart')
      .evaluateAll((all) =>
        all.map((one) => (one as { getAttribute(name: string): string }).getAttribute('aria-label')),
      ))
      t.match(label, /: at most/);
    for (const target of await page
      .locator('nav a')
      .evaluateAll((all) => all.map((one) => (one as { getAttribute(name: string): string }).getAttribute('href'))))
      t.equal(await page.locator(`h2${target}`).count(), 1, target);
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
