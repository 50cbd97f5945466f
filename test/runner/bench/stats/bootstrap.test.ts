import { seeded } from '@pado/fault';
import fc from 'fast-check';
import t from 'tap';
import { bootstrapInterval, hodgesLehmannInterval } from '../../../../runner/src/bench/stats/bootstrap.ts';
import { hodgesLehmann } from '../../../../runner/src/bench/stats/hodges-lehmann.ts';
import { normalQuantile } from '../../../../runner/src/bench/stats/normal.ts';

const folds = 500;

t.test('the same seed gives the same interval, another seed nearly the same', async (t) => {
  const values = [3, 1, 4, 1.5, 9, 2.6, 5, 3.5];
  t.same(hodgesLehmannInterval(values, { seed: 1 }), hodgesLehmannInterval(values, { seed: 1 }));
  const [one, two] = [1, 2].map((seed) => hodgesLehmannInterval(values, { seed }));
  t.ok(Math.abs(one!.low - two!.low) < 0.5 && Math.abs(one!.high - two!.high) < 0.5, JSON.stringify([one, two]));
});

t.test('ten thousand resamples are taken, each of as many units as there are', async (t) => {
  let calls = 0;
  const sizes = new Set<number>();
  const statistic = (counts: Uint16Array) => {
    calls += 1;
    sizes.add(counts.reduce((sum, count) => sum + count, 0));
    return 0;
  };
  bootstrapInterval({ size: 6, statistic, seed: 1 });
  t.equal(calls, 10_000);
  t.same([...sizes], [6]);
});

t.test('the interval lies within the values, grows with their scale and turns with their sign', async () => {
  const whole = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(whole, fc.constantFrom(2, 4, 8), (values, factor) => {
      const { low, high } = hodgesLehmannInterval(values, { seed: 3, folds });
      const grown = hodgesLehmannInterval(
        values.map((value) => value * factor),
        { seed: 3, folds },
      );
      const turned = hodgesLehmannInterval(
        values.map((value) => -value),
        { seed: 3, folds },
      );
      const near = (x: number, y: number) => Math.abs(x - y) < 1e-6;
      const within = Math.min(...values) <= low && low <= high && high <= Math.max(...values);
      return within && near(grown.low, low * factor) && near(grown.high, high * factor) && near(turned.low, -high);
    }),
    { numRuns: 50 },
  );
});

t.test('pairs that are all alike leave no doubt, and no pairs leave no interval', async (t) => {
  t.same(hodgesLehmannInterval([5, 5, 5, 5, 5, 5], { seed: 1 }), { low: 5, high: 5 });
  t.same(hodgesLehmannInterval([5], { seed: 1 }), { low: 5, high: 5 });
  t.same(hodgesLehmannInterval([], { seed: 1 }), { low: Number.NaN, high: Number.NaN });
});

t.test(
  'of 1,000 benchmarks 93 to 97% have the truth in their interval, which the plain percentiles miss',
  async (t) => {
    const random = seeded(7);
    let [held, plainHeld] = [0, 0];
    for (let trial = 0; trial < 1000; trial += 1) {
      const values = Array.from({ length: 8 }, () => 3 + normalQuantile(random() * 0.999999 + 5e-7));
      const holds = (expanded: boolean) => {
        const { low, high } = hodgesLehmannInterval(values, { seed: trial, folds, expanded });
        return low <= 3 && 3 <= high;
      };
      if (holds(true)) held += 1;
      if (holds(false)) plainHeld += 1;
    }
    t.ok(held >= 930 && held <= 970, `${held} of 1,000`);
    t.ok(plainHeld < 930, `${plainHeld} of 1,000 without going further out`);
  },
);

t.test('the estimate lies within its interval', async () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 6, maxLength: 8 });
  fc.assert(
    fc.property(values, (differences) => {
      const { low, high } = hodgesLehmannInterval(differences, { seed: 9, folds });
      const estimate = hodgesLehmann(differences);
      return low <= estimate + 1e-9 && estimate <= high + 1e-9;
    }),
    { numRuns: 50 },
  );
});
