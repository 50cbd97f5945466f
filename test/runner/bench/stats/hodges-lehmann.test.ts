import fc from 'fast-check';
import t from 'tap';
import { hodgesLehmann, resampledHodgesLehmann } from '../../../../runner/src/bench/stats/hodges-lehmann.ts';

const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 12 });

t.test('is the median of all averages of two, each with itself included', async (t) => {
  t.equal(hodgesLehmann([1, 3]), 2);
  t.equal(hodgesLehmann([0, 0, 30]), 7.5, 'of 0, 0, 0, 15, 15, 30');
  t.same(hodgesLehmann([]), Number.NaN);
});

t.test('turns with the sign and grows with the scale of the differences', async () => {
  fc.assert(
    fc.property(whole, fc.integer({ min: -8, max: 8 }), (values, factor) => {
      const scaled = hodgesLehmann(values.map((value) => value * factor));
      return scaled === hodgesLehmann(values) * factor || (scaled === 0 && factor === 0);
    }),
  );
});

t.test('a shift of all differences shifts it by as much', async () => {
  fc.assert(
    fc.property(whole, fc.integer({ min: -500, max: 500 }), (values, shift) => {
      return hodgesLehmann(values.map((value) => value + shift)) === hodgesLehmann(values) + shift;
    }),
  );
});

t.test('a resample by counts is the estimate of the values drawn so often', async () => {
  const drawn = fc.array(fc.record({ value: fc.integer({ min: -50, max: 50 }), times: fc.nat({ max: 4 }) }), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(drawn, (units) => {
      const values = units.flatMap(({ value, times }) => new Array<number>(times).fill(value));
      const statistic = resampledHodgesLehmann(units.map(({ value }) => value));
      return Object.is(statistic(Uint16Array.from(units, ({ times }) => times)) + 0, hodgesLehmann(values) + 0);
    }),
  );
});

t.test('one spoilt run of eight does not move it beyond the others', async (t) => {
  t.equal(hodgesLehmann([1, 2, 3, 4, 5, 6, 7, 1e9]) <= 7, true);
});
