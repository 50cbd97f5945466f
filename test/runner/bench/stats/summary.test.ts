import t from 'tap';
import { mean, median, quantile } from '../../../../runner/src/bench/stats/summary.ts';

t.test('a quantile lies between its neighbours', async (t) => {
  t.equal(quantile([3, 1, 2], 0.5), 2);
  t.equal(quantile([0, 100], 0.99), 99);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.equal(mean([1, 2, 6]), 3);
  t.same(quantile([], 0.5), Number.NaN);
});

t.test('between two infinities there is infinity, and the list stays as it was', async (t) => {
  const values = [Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY];
  t.equal(quantile(values, 0.75), Number.POSITIVE_INFINITY);
  t.equal(values[1], 1);
});
