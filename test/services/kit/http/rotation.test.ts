import t from 'tap';
import { leftOut } from '../../../../services/kit/src/http/rotation.ts';

const of = (...unreadySince: (number | undefined)[]) =>
  unreadySince.map((since, index) => ({ index, unreadySince: since }));
const out = (...args: Parameters<typeof leftOut>) => [...leftOut(...args)].sort();

t.test('without a policy every unready instance is left out, even all', async (t) => {
  t.same(out(of(undefined, 5, undefined), undefined), [1]);
  t.same(out(of(1, 2, 3), undefined), [0, 1, 2]);
});

t.test('with one, no more than its share is left out: those that have been unready longest', async (t) => {
  const policy = { maxEjectedPercent: 50, failOpen: false };
  t.same(out(of(undefined, 5, undefined, undefined), policy), [1]);
  t.same(out(of(30, 20, 10, undefined), policy), [1, 2]);
  t.same(out(of(1, undefined, undefined), { ...policy, maxEjectedPercent: 33 }), [], 'a third of three is not yet one');
});

t.test('failing open uses all instances once more than that share is unready', async (t) => {
  const policy = { maxEjectedPercent: 50, failOpen: true };
  t.same(out(of(undefined, 5, 6, undefined), policy), [1, 2]);
  t.same(out(of(30, 20, 10, undefined), policy), []);
});
