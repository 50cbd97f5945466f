import fc from 'fast-check';
import t from 'tap';
import { wilson } from '../../../../runner/src/bench/stats/wilson.ts';

t.test('five of five do not prove "always", and none of five not "never"', async (t) => {
  const always = wilson(5, 5);
  t.equal(always.high, 1);
  t.equal(always.low.toFixed(3), '0.566');
  t.equal(wilson(0, 5).high.toFixed(3), '0.434');
});

t.test('nothing seen leaves everything possible', async (t) => {
  t.same(wilson(0, 0), { low: 0, high: 1 });
});

t.test('the interval holds the share that was seen and stays within 0 and 1', async () => {
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.nat({ max: 50 }), (yes, no) => {
      const { low, high } = wilson(yes, yes + no);
      const share = yes / (yes + no || 1);
      return low >= 0 && high <= 1 && low <= share + 1e-12 && share <= high + 1e-12;
    }),
  );
});
