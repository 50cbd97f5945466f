import fc from 'fast-check';
import t from 'tap';
import { mannWhitney } from '../../../../runner/src/bench/stats/mann-whitney.ts';

t.test('samples that lie wholly apart have the least p that their sizes allow', async (t) => {
  t.same(mannWhitney([1, 2, 3], [4, 5, 6]), { u: 0, p: 0.1 }, '2 of the 20 orders');
});

t.test('samples that are the same value throughout are not told apart', async (t) => {
  t.same(mannWhitney([2, 2, 2], [2, 2]), { u: 3, p: 1 });
  t.same(mannWhitney([], [1]), { u: 0, p: 1 });
});

t.test('only the order of the values counts, and not which sample is the first', async () => {
  const sample = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const { u, p } = mannWhitney(a, b);
      const swapped = mannWhitney(b, a);
      const cube = (value: number) => value ** 3;
      const stretched = mannWhitney(a.map(cube), b.map(cube));
      return swapped.u === a.length * b.length - u && swapped.p === p && stretched.u === u && stretched.p === p;
    }),
  );
});
