import t from 'tap';
import { relativeChange } from '../../../../runner/src/bench/stats/relative-change.ts';

t.test('is the ratio of the sums, with an interval over pairs', async (t) => {
  const change = relativeChange([40, 44, 41, 39, 42, 45], [4, 3, 2, 4, 3, 4], 1)!;
  t.equal(change.percent.toFixed(2), ((20 / 251 - 1) * 100).toFixed(2));
  t.ok(change.interval.low < change.percent && change.percent < change.interval.high, JSON.stringify(change));
  t.ok(change.interval.high < -85);
});

t.test('drift that both runs of a pair share does not widen it', async (t) => {
  const a = [10, 20, 40, 80, 160, 320];
  const { interval } = relativeChange(
    a,
    a.map((value) => value / 2),
    1,
  )!;
  t.same(interval, { low: -50, high: -50 });
});

t.test('there is none where the first arm lost nothing, or nearly never anything', async (t) => {
  t.equal(relativeChange([0, 0, 0], [1, 2, 3], 1), null);
  t.equal(relativeChange([0, 0, 0, 0, 0, 9], [1, 2, 3, 1, 2, 3], 1), null);
  t.equal(relativeChange([], [], 1), null);
});
