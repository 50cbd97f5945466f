import { stripVTControlCharacters } from 'node:util';
import t from 'tap';
import { lineWidth, paint } from '../../../runner/src/live/line.ts';
import { render } from '../../../runner/src/live/render.ts';
import type { LiveState } from '../../../runner/src/live/state.ts';
import { summaryLines } from '../../../runner/src/live/summary.ts';
import { flooded, graph } from '../../fixtures/journals/slow-payments.ts';
import {
  activity,
  after,
  experiment,
  finished,
  flood,
  injected,
  look,
  naive,
  probes,
  started,
  stop,
} from './events.ts';

const nowMs = 9_000;
const texts = (state: LiveState, width: number, height: number): readonly string[] =>
  render(state, { width, height, nowMs }).map((line) => paint(line, false));

const state = after(started, experiment, flood, injected, ...probes);

t.test('80 columns and 40 rows show everything', async (t) => {
  t.strictSame(texts(state, 80, 40), [
    'Pado  Payments answer late  policies: naive',
    '✓ 1 steady state ✓ 2 hypothesis ▶ 3 experiment ○ 4 verification ○ 5 improvement',
    'experiment  payments are late                      17s left ━━━━━━──────────────',
    '',
    'users                              rate     errors     p99',
    '└─ gateway                       36.4/s   ✗  14.4%     ✗ 4.91 s',
    '   ├─ catalog                      19/s   ·     0%     ·  31 ms',
    '   ├─ cart                         13/s   ·     0%     ·  52 ms',
    '   │  └─ catalog                  6.4/s   ·     0%     ·  16 ms',
    '   ├─ orders                      5.8/s   ✗  29.8%     ✗ 2.49 s',
    '   │  ├─ cart                     6.4/s   ·     0%     ·  24 ms',
    '   │  ├─ inventory                6.4/s   ·     0%     ·  31 ms',
    '   │  ├─ payments                 6.4/s   ▲   1.2%     ✗ 2.47 s    ← fault',
    '   │  └⇢ shipping               by events',
    '   └─ recommendations             8.6/s   ·     0%     ·  36 ms',
    '      └─ catalog                  8.6/s   ·     0%     ·  14 ms',
    'gateway  in flight ████████████████████████ 16 of 16   ✗ 118 queued',
    '',
    'fault slow-payments → payments  in force, 12s left',
    '  latency 2s inbound  applied 118 of 118  mean 2.0006 s (+0.6 ms)',
    '✗ checkout p99      during  4.91 s      < 0.5 s',
    '✗ browse p99        during  3.72 s      < 0.25 s',
    '✗ checkout success  during  70.2%       ≥ 99%',
    '✓ throughput        during  36.4 req/s  ≥ 36 req/s',
  ]);
});

t.test('too few rows: gaps go first, then the older probes, and what is left out is counted', async (t) => {
  const lines = texts(state, 80, 20);
  t.equal(lines.length, 20);
  t.notOk(lines.includes(''));
  t.strictSame(lines.slice(-3), [
    '  latency 2s inbound  applied 118 of 118  mean 2.0006 s (+0.6 ms)',
    '… 3 more',
    '✓ throughput  during  36.4 req/s  ≥ 36 req/s',
  ]);
});

t.test('a wide terminal puts fault and probes beside the graph', async (t) => {
  const lines = texts(state, 150, 30);
  t.match(lines[4], /^users .* p99 +fault slow-payments → payments/);
  t.ok(lines.length < 20);
});

t.test('no line is wider than the terminal, whatever the texts are', async (t) => {
  const long = after(
    { ...started, title: '결제가 늦게 응답합니다 '.repeat(20) } as typeof started,
    { ...experiment, text: 'x'.repeat(300) } as typeof experiment,
    { type: 'note', level: 'error', text: 'y\u001b[31m\n\u0007'.repeat(200) },
    flood,
    injected,
  );
  for (const width of [20, 80, 81, 125, 200]) {
    const lines = render(long, { width, height: 50, nowMs });
    t.ok(
      lines.every((line) => lineWidth(line) <= width),
      `${width} columns`,
    );
    t.notMatch(lines.map((line) => paint(line, false)).join('\n'), /[^\P{Cc}\n]/u, 'nothing that a terminal obeys');
  }
});

t.test('colour is added to the signs and changes no text', async (t) => {
  const lines = render(state, { width: 80, height: 40, nowMs });
  const colored = lines.map((line) => paint(line, true)).join('\n');
  t.match(colored, '\u001b[1;31m   ✗  14.4%');
  t.equal(stripVTControlCharacters(colored).replace(/ +$/gm, ''), lines.map((line) => paint(line, false)).join('\n'));
});

t.test('before anything is measured, nothing is claimed', async (t) => {
  const lines = texts(after(started), 80, 40);
  t.ok(lines.includes('starting'));
  t.ok(lines.some((line) => /─ gateway +– +– +–$/.test(line)));
  t.ok(lines.includes('gateway  in flight –'));
});

t.test('without a shop there is no graph: activities, live values beside what is wanted, and the stop', async (t) => {
  const plain = after(
    ...[started, experiment, activity('watch', 'started', { background: true }), activity('kill a pod', 'started')],
    ...[activity('kill a pod', 'failed', { error: 'no such pod' }), look(true)],
    ...[
      look(false, { name: 'back', looks: { count: 14, missed: 2 } }),
      look(null, { name: 'queue', value: null }),
      stop,
    ],
  );
  t.strictSame(
    render(plain, { width: 80, height: 40, nowMs, graph: false }).map((line) => paint(line, false)),
    [
      'Pado  Payments answer late  policies: naive',
      '✓ 1 steady state ▶ 2 hypothesis ○ 3 experiment ○ 4 verification ○ 5 improvement',
      'experiment  payments are late                      17s left ━━━━━━──────────────',
      '▸ watch (background)   ✗ kill a pod: no such pod',
      '■ stop (too many errors): 12% of requests fail, at most 5% may',
      '',
      '✓ front  during  200      status 200, now',
      '✗ back   during  503      status 200, now (2 of 14 missed)',
      '? queue  during  no data  status 200, now',
    ],
  );
});

t.test('the second run is the improvement', async (t) => {
  t.match(texts(after(started, started), 80, 40)[1], /▶ 1 steady state .* ↻ 5 improvement/);
});

t.test('an unknown cap gives a number in place of a bar', async (t) => {
  const { cap: _, ...unbounded } = graph(0, flooded, 16, 118);
  const lines = texts(after(started, { type: 'graph', graph: unbounded }), 80, 40);
  t.ok(lines.includes('gateway  in flight 16   ✗ 118 queued'));
});

t.test('the end of a run leaves its verdict, probes, dose and files', async (t) => {
  if (finished.type !== 'finished') throw new Error('unreachable');
  const lines = summaryLines(after(started), finished, 80).map((line) => paint(line, false));
  t.equal(lines[0], '✗ deviated  Payments answer late  policies: naive');
  t.equal(lines[1], `  ${naive.pado.reason}`);
  t.ok(lines.includes('  fault slow-payments: applied 203 of 203  mean 2.0006 s (+0.6 ms)'));
  t.strictSame(lines.slice(-3), ['  journal journal.json', '  report  report.html', '']);
});
