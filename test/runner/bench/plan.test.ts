import fc from 'fast-check';
import t from 'tap';
import { planOf, progressOf } from '../../../runner/src/bench/plan.ts';

const quick = false;
const orderOf = (pairs: number, seed: number) =>
  planOf({ pairs, seed, quick })
    .map(({ arm }) => arm)
    .join('')
    .match(/../g)!;

t.test('the runs of a pair follow one another, one of each arm, with the same seed', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (pairs, seed) => {
      const plan = planOf({ pairs, seed, quick });
      return plan.every((run, index) => {
        const other = plan[index % 2 === 0 ? index + 1 : index - 1]!;
        const isPair = other.pair === run.pair && other.arm !== run.arm && other.seed === run.seed;
        return run.order === index && run.pair === Math.floor(index / 2) && isPair && run.seed > 0;
      });
    }),
  );
});

t.test('as many pairs begin with a as with b, to within one, wherever it stops', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (pairs, seed) => {
      const orders = orderOf(pairs, seed);
      return Math.abs(2 * orders.filter((order) => order === 'ab').length - orders.length) <= 1;
    }),
  );
});

t.test('which arm begins is chance, but the same seed gives the same plan', async (t) => {
  t.same(planOf({ pairs: 8, seed: 5, quick }), planOf({ pairs: 8, seed: 5, quick }));
  const firsts = Array.from({ length: 200 }, (_, seed) => orderOf(1, seed)[0]);
  const begun = firsts.filter((order) => order === 'ab').length;
  t.ok(begun > 60 && begun < 140, `${begun} of 200`);
});

t.test('pairs have seeds of their own', async (t) => {
  t.equal(new Set(planOf({ pairs: 8, seed: 1, quick }).map(({ seed }) => seed)).size, 8);
});

t.test('a plan of more pairs begins with the plan of fewer', async (t) => {
  t.same(planOf({ pairs: 12, seed: 3, quick }).slice(0, 10), planOf({ pairs: 5, seed: 3, quick }));
});

t.test('--quick is one pair', async (t) => {
  t.same(planOf({ pairs: 8, seed: 3, quick: true }), planOf({ pairs: 1, seed: 3, quick }));
});

t.test('what is left is what has not run, and takes as long as the runs so far did on average', async (t) => {
  const plan = planOf({ pairs: 2, seed: 1, quick });
  t.same(progressOf(plan, [], []), { left: plan, timeLeftMs: null });
  t.same(progressOf(plan, plan.slice(0, 1), [100]), { left: plan.slice(1), timeLeftMs: 300 });
  t.same(progressOf(plan, [plan[2]!], [100, 200]).left, [plan[0], plan[1], plan[3]], 'a hole in the middle is left');
  t.same(progressOf(plan, plan.slice(0, 2), []).timeLeftMs, null, 'runs of an earlier sitting have no duration');
  t.same(progressOf(plan, plan, [100]), { left: [], timeLeftMs: 0 });
});
