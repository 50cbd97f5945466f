import t from 'tap';
import { type Waiter, WaitingLine } from '../../../../services/kit/src/server/waiting-line.ts';

function line(...priorities: number[]) {
  const made = new WaitingLine<Waiter>();
  const waiters = priorities.map((priority): Waiter => ({ priority }));
  for (const waiter of waiters) made.push(waiter);
  return { made, waiters };
}

t.test('keeps the order whoever leaves', async (t) => {
  const { made, waiters } = line(5, 5, 5, 5);
  const [first, second, third, fourth] = waiters as [Waiter, Waiter, Waiter, Waiter];
  made.remove(second);
  t.equal(made.oldest, first);
  made.remove(first);
  t.equal(made.oldest, third);
  made.remove(fourth);
  t.equal(made.newest, third);
  t.equal(made.size, 1);
  made.remove(third);
  t.same([made.oldest, made.newest, made.size], [undefined, undefined, 0]);
  made.push(second);
  t.equal(made.oldest, second, 'it can be used again');
});

t.test('finds the newest of the lowest priority, if it is lower', async (t) => {
  const { made, waiters } = line(9, 3, 9, 5);
  t.equal(made.leastImportant(5), waiters[2]);
  t.equal(made.leastImportant(9), undefined);
});

t.test('finds the most important, of equals the one nearest to the end that it looks from', async (t) => {
  const { made, waiters } = line(5, 3, 9, 3, 5);
  t.equal(made.mostImportant('oldest'), waiters[1]);
  t.equal(made.mostImportant('newest'), waiters[3]);
  t.equal(line().made.mostImportant('oldest'), undefined);
});
