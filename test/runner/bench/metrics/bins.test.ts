import t from 'tap';
import { binsOf } from '../../../../runner/src/bench/metrics/bins.ts';
import { good, injectMs, run, times } from './made-run.ts';

const sample = (atMs: number, outcome: 'good' | 'degraded' | 'bad', durationMs: number, journey = 'list') => ({
  ...{ atMs, outcome, durationMs, journey, status: 200 },
});

t.test('an answer belongs to the second in which its user came, however late it was', async (t) => {
  const bins = binsOf([sample(injectMs + 1_999, 'good', 2_500), sample(injectMs - 1, 'bad', 10)], [], times);
  t.match(
    bins.filter(({ offered }) => offered > 0),
    [
      { second: -1, offered: 1, bad: 1, good: 0, meanMs: null },
      { second: 1, offered: 1, good: 1, meanMs: 2_500 },
    ],
  );
});

t.test('covers the whole seconds from baseline to end, empty ones included', async (t) => {
  const bins = binsOf([], [], {
    ...times,
    endMs: injectMs + 70_400,
    baseline: { startMs: injectMs - 14_600, endMs: 0 },
  });
  t.equal(bins.length, 84);
  t.match(
    [bins[0], bins.at(-1)],
    [
      { second: -14, meanMs: null },
      { second: 69, offered: 0 },
    ],
  );
});

t.test('a failure is not in the mean latency, a degraded answer is', async (t) => {
  const at = injectMs + 5;
  const [bin] = binsOf(
    [sample(at, 'good', 20), sample(at, 'degraded', 40), sample(at, 'bad', 3_000)],
    [],
    times,
  ).filter(({ offered }) => offered > 0);
  t.match(bin, { offered: 3, good: 1, degraded: 1, bad: 1, meanMs: 30 });
});

t.test('drops are bad, those of bystanders are not counted, and those of nobody are', async (t) => {
  const drops = [
    { atMs: injectMs, count: 2, journey: 'list' },
    { atMs: injectMs, count: 4, journey: 'checkout' },
    { atMs: injectMs, count: 8 },
  ];
  const bins = binsOf(
    run(() => good(), { perSecond: 10 }),
    drops,
    times,
    ['list'],
  );
  t.match(bins[15], { second: 0, offered: 20, good: 10, bad: 10 });
  t.equal(binsOf([sample(injectMs, 'good', 1, 'checkout')], [], times, ['list'])[15]?.offered, 0);
});
