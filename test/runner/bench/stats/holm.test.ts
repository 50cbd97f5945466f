import fc from 'fast-check';
import t from 'tap';
import { holm } from '../../../../runner/src/bench/stats/holm.ts';

t.test('the smallest p is held against all tests, the next against one less', async (t) => {
  t.same(holm([0.01, 0.04, 0.25]), [0.03, 0.08, 0.25]);
});

t.test('a greater p is never adjusted below a smaller one', async (t) => {
  t.same(holm([0.02, 0.021]), [0.04, 0.04]);
});

t.test('no p gets smaller, none exceeds 1, and the order stays', async () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (ps) => {
      const adjusted = holm(ps);
      return ps.every(
        (p, i) => adjusted[i]! >= p && adjusted[i]! <= 1 && ps.every((q, j) => p > q || adjusted[i]! <= adjusted[j]!),
      );
    }),
  );
});
