import { seeded } from '@pado/fault';
import t from 'tap';
import { estimate, pooledRatio, quantile, ratios, shuffled } from './harness/stats.ts';

t.test('a quantile lies between its neighbours', async (t) => {
  t.equal(quantile([3, 1, 2], 0.5), 2);
  t.equal(quantile([1, 2], 0.5), 1.5);
  t.equal(quantile([0, 100], 0.99), 99);
  t.same(quantile([], 0.5), Number.NaN);
});

t.test('an interval holds the median, and the truth nearly always', async (t) => {
  const random = seeded(1);
  let held = 0;
  for (let trial = 0; trial < 100; trial += 1) {
    const { median, low, high } = estimate(
      Array.from({ length: 12 }, () => random() + random()),
      random,
    );
    t.ok(low <= median && median <= high);
    if (low <= 1 && 1 <= high) held += 1;
  }
  t.ok(held > 85, `${held} of 100`);
  t.same(estimate([1, 2], random), { median: 1.5, low: Number.NaN, high: Number.NaN }, 'two values have none');
});

t.test('rounds are compared with themselves, so that a drift of the machine cancels out', async (t) => {
  t.same(ratios([2, 20, 200], [1, 10, 100]), [2, 2, 2]);
  const rounds = [1, 2, 3, 4].map((drift) => [drift, drift * 2]);
  t.same(pooledRatio(rounds, rounds, 0.99, seeded(1)), { median: 1, low: 1, high: 1 });
});

t.test('an order is as random as its seed', async (t) => {
  const items = [1, 2, 3, 4, 5, 6];
  t.same(shuffled(items, seeded(3)), shuffled(items, seeded(3)));
  t.same([...shuffled(items, seeded(3))].sort(), items);
});
