import fc from 'fast-check';
import t from 'tap';
import { RetryBudget } from '../../../../services/kit/src/resilience/retry-budget.ts';

const usual = { perSuccess: 0.1, size: 10 };

t.test('starts full, is spent one by one, and tells what is left', async (t) => {
  const tokens: number[] = [];
  const budget = new RetryBudget({ onChange: (left) => tokens.push(left) });
  const limits = { perSuccess: 0.1, size: 2 };
  t.same([budget.spend(limits), budget.spend(limits), budget.spend(limits)], [true, true, false]);
  t.same(tokens, [1, 0, 0]);
});

t.test('ten successes at a tenth are one retry, exactly', async (t) => {
  const budget = new RetryBudget();
  for (let spent = 0; spent < usual.size; spent++) budget.spend(usual);
  for (let successes = 0; successes < 9; successes++) budget.earn(usual);
  t.notOk(budget.spend(usual));
  budget.earn(usual);
  t.ok(budget.spend(usual));
});

t.test('a smaller size is in force with the next use', async (t) => {
  const budget = new RetryBudget();
  budget.earn(usual);
  const small = { perSuccess: 0.1, size: 1 };
  t.same([budget.spend(small), budget.spend(small)], [true, false]);
});

t.test('retries are never more than size + perSuccess × successes', async (t) => {
  fc.assert(
    fc.property(
      fc.record({
        perSuccess: fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100),
        size: fc.integer({ min: 1, max: 50 }),
      }),
      fc.array(fc.boolean(), { maxLength: 500 }),
      (limits, events) => {
        const budget = new RetryBudget();
        let successes = 0;
        let retries = 0;
        for (const isSuccess of events) {
          if (isSuccess) {
            budget.earn(limits);
            successes++;
          } else if (budget.spend(limits)) retries++;
          if (retries > limits.size + limits.perSuccess * successes + 1e-9) return false;
        }
        return true;
      },
    ),
  );
  t.pass('for 100 random sequences');
});
