import t from 'tap';
import type { Journal } from '../../../runner/src/contracts.ts';
import { page } from '../../../runner/src/report/page.ts';
import { en } from '../../../runner/src/report/text/en.ts';
import { ko } from '../../../runner/src/report/text/ko.ts';
import {
  everything,
  incomplete,
  markup,
  withHugeNumbers,
  withManyProbes,
  withMarkup,
} from '../../fixtures/journals/hostile.ts';
import { slowPayments } from '../../fixtures/journals/slow-payments.ts';

const assets = { style: '', script: '' };
const render = (journals: readonly Journal[], texts = en) => page(journals, assets, texts);
/** What a reader reads: no tags, no data of charts. */
const said = (html: string): string =>
  html
    .slice(html.indexOf('<body>'))
    .replace(/<script[\s\S]*?<\/script>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');

t.test('all that a run found is said', async (t) => {
  const text = said(render([everything()]));
  for (const words of [
    'A stop condition ended the run',
    'The run stopped itself: error budget',
    '31% of the budget was gone',
    '9 s after the fault began; every fault was reverted 312 ms later',
    'Not recovered within the deadline of 30 s',
    'Resilience score 41.5 of 100',
    '4 of 20 looks missed, the first 2.5 s into the fault',
    'exactly 503',
    'orders → payments : p99 2.4 s, where the baseline has at most 60 ms: 2.1 s after the fault began',
    'ERROR payments did not answer',
    'it timed out',
    'skipped one',
    'in the background',
  ])
    t.ok(text.includes(words), words);
});

t.test('an expected failure reads as one: absent before the fault, seen during it', async (t) => {
  const text = said(render([everything()]));
  t.match(text, /checkout refuses expected failure weight 2 = 503/);
  t.match(text, /✓ 201 expected failure: not seen ✓ 503 expected failure: seen, in 19 of 22 looks/);
  const missing = everything();
  const probes = missing.pado.probes.map((probe) =>
    probe.expect === 'failure' && probe.window === 'during' ? { ...probe, met: false, value: 201 } : probe,
  );
  t.match(said(render([{ ...missing, pado: { ...missing.pado, probes } }])), /✗ 201 expected failure: not seen/);
});

t.test('next steps depend on the verdict, on the kind of fault and on where the wave went', async (t) => {
  const [naive] = slowPayments();
  const deviated: Journal = { ...naive, pado: { ...naive.pado, arrivals: everything().pado.arrivals ?? [] } };
  const text = said(render([deviated]));
  t.match(text, /orders → payments left its band first, 2\.1 s after/);
  t.match(text, /A deadline bounds what each caller waits/);
  t.match(text, /gateway → catalog is not on the way of the fault/);
  t.match(
    text,
    /services: orders: payments: deadlineMs: 200 bulkhead: {maxConcurrent: 4, maxQueued: 0} fallback: true/,
  );
  t.match(text, /pado policy set limits\.yaml/);
  const [fault] = deviated.pado.faults;
  const killed = { ...fault!, spec: { ...fault!.spec, effects: [{ kind: 'kill' as const }] } };
  t.match(
    said(render([{ ...deviated, pado: { ...deviated.pado, faults: [killed] } }])),
    /The target is away for a while/,
  );
  const [, standard] = slowPayments();
  t.notMatch(said(render([standard])), /limits\.yaml/, 'what holds needs no remedy');
});

t.test('several runs of one experiment: medians, and in how many a probe was met', async (t) => {
  const [naive, standard] = slowPayments();
  const text = said(render([standard, standard, naive, standard, standard]));
  t.match(text, /The hypothesis held in 4 of 5 runs/);
  t.match(text, /checkout p99 < 0\.5 s 0\.288 s 0\.288 s to 4\.91 s 4 of 5 runs/);
});

t.test('a journal with holes is a report with gaps', async (t) => {
  for (const journal of incomplete()) {
    const text = said(render([journal]));
    t.notMatch(text, /\b(undefined|NaN|Infinity|\[object Object\])\b/);
  }
});

t.test('huge numbers are told in a few characters', async (t) => {
  const html = render([withHugeNumbers()]);
  const text = said(html.slice(0, html.indexOf('<details><summary>Run')));
  t.notMatch(text, /\d{25}|(\d{3},){8}/);
  t.notMatch(text, /\b(undefined|NaN|Infinity)\b/);
});

t.test('what a journal holds is text wherever it stands', async (t) => {
  const html = render([withMarkup(), withMarkup()]);
  t.notOk(html.includes(markup));
  t.notMatch(html.slice(html.indexOf('<body>')), /<img|onerror="/);
  t.equal(html.match(/<script/g)?.length, 2, "the charts' data and the page's own script");
});

t.test('twelve charts stand open, the others are folded', async (t) => {
  const html = render([withManyProbes()]);
  const charts = html.slice(html.indexOf('id="charts"'), html.indexOf('id="panels"'));
  const folded = charts.match(/<details>[\s\S]*?<\/details>/g)?.join('') ?? '';
  const count = (text: string) => text.match(/class="chart"/g)?.length ?? 0;
  t.equal(count(charts) - count(folded), 12);
  t.ok(count(folded) > 50);
});

t.test('in Korean every text of ours is Korean', async (t) => {
  const html = render([everything(), slowPayments()[1]], ko);
  t.match(html, /<html lang="ko">/);
  const text = said(html);
  for (const words of [
    '가설',
    '정상 상태',
    '실험',
    '예상된 실패',
    '파도가 도달한 순서',
    '회복탄력성 점수',
    '다음에 해 볼 일',
  ])
    t.ok(text.includes(words), words);
  for (const heading of html.matchAll(/<(h2|h3|summary|caption|figcaption|th scope="col")[^>]*>([^<]*[a-z][^<]*)</g))
    t.ok(/[가-힣]/.test(heading[2]!) || !isOurs(heading[2]!), String(heading[2]));
});

/** Texts of the page rather than of the journal. */
const isOurs = (text: string): boolean =>
  ['Hypothesis', 'Probe', 'Wanted', 'during', 'before', 'after', 'errors', 'rate', 'order', 'Run', 'State'].some(
    (word) => text.includes(word),
  );
