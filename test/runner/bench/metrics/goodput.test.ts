import t from 'tap';
import type { Bin } from '../../../../runner/src/bench/contracts.ts';
import { depth, lostGood, shareOf, sloLossSeconds } from '../../../../runner/src/bench/metrics/goodput.ts';

const bins = (...pairs: readonly (readonly [good: number, offered: number])[]): readonly Bin[] =>
  pairs.map(([good, offered], second) => ({ second, offered, good, degraded: 0, bad: offered - good, meanMs: 1 }));

t.test('the loss adds up what each second lacks to the goal, and no second makes up for another', async (t) => {
  // 0.49 + 0 + 0.99 + 0
  t.equal(sloLossSeconds(bins([5, 10], [10, 10], [0, 10], [0, 0]), 0.99).toFixed(6), '1.480000');
});

t.test('lost good answers are counted over all seconds together, and never less than none', async (t) => {
  t.equal(lostGood(bins([5, 10], [10, 10]), 0.9), 3);
  t.equal(lostGood(bins([10, 10]), 0.9), 0);
});

t.test('the depth is the worst five seconds, not the worst one', async (t) => {
  const one: [number, number] = [10, 10];
  t.equal(depth(bins(one, one, [0, 10], one, one, one)), 0.8);
  t.equal(depth(bins([4, 10], [6, 10])), 0.5, 'over all where there are fewer');
  t.equal(depth([]), null);
});

t.test('a share without users is not known', async (t) => {
  t.equal(shareOf(bins([0, 0])), null);
  t.equal(shareOf(bins([1, 2], [2, 2])), 0.75);
});
