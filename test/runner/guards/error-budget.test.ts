import t, { type Test } from 'tap';
import type { ErrorBudget } from '../../../runner/src/experiment/schema.ts';
import { guarded } from './guarded.ts';

const budget: ErrorBudget = {
  objective: 99,
  bad: 'sum(increase(bad_total[$__range]))',
  total: 'sum(increase(all_total[$__range]))',
  period: '100s',
  stopAt: 10,
};

/** 50 events a second in a baseline of 10 s: 100 s may have 50 bad ones, and a tenth of that is 5. */
async function calm(t: Test, errorBudget: ErrorBudget = budget) {
  const stand = guarded(t, { errorBudget });
  const spent = { bad: 0 as number | null, total: 500 as number | null };
  stand.world.answer = (query) => (query.includes('bad') ? spent.bad : query.includes('all') ? spent.total : 1);
  stand.guards.enter('steady-state');
  await stand.clock.advance(10_000);
  return { ...stand, spent };
}

t.test('the run stops when a share of the budget is gone', async (t) => {
  const { clock, guards, spent, stops, events, queries } = await calm(t);
  spent.bad = 4;
  guards.enter('experiment');
  await clock.advance(5_000);
  t.ok(
    queries.some((query) => query === 'sum(increase(all_total[10000ms]))'),
    'the rate is the whole baseline’s',
  );
  t.same(stops, []);
  const looks = events.flatMap((event) => (event.type === 'look' ? event.result : []));
  t.ok(looks.length >= 2);
  t.match(looks.at(-1), { name: 'error budget', value: 8, unit: '%', expected: '< 10%', met: true });
  spent.bad = 5.2;
  await clock.advance(1_000);
  t.match(stops, [
    {
      name: 'error budget',
      reason: '10.4% of the error budget of 100s is gone, the limit is 10%: 5.2 of 50 bad events',
    },
  ]);
});

t.test('bad events are counted from the begin of the experiment, into the recovery', async (t) => {
  const { clock, guards, spent, stops, queries } = await calm(t);
  guards.enter('experiment');
  const begunMs = clock.now();
  await clock.advance(4_000);
  guards.enter('recovery');
  await clock.advance(4_000);
  const ranges = queries.flatMap((query) => /bad_total\[(\d+)ms/.exec(query)?.[1] ?? []).map(Number);
  t.ok(Math.min(...ranges) >= 2_000 && Math.max(...ranges) > 5_000 && Math.max(...ranges) <= clock.now() - begunMs);
  spent.bad = 50;
  await clock.advance(1_000);
  t.match(stops, [{ reason: /^100% of the error budget/ }]);
});

t.test('no bad event is nothing spent', async (t) => {
  const { clock, guards, spent, stops, events } = await calm(t);
  spent.bad = null;
  guards.enter('experiment');
  await clock.advance(4_000);
  t.same(stops, []);
  t.match(events.at(-1), { type: 'look', result: { value: 0, met: true } });
});

t.test('a baseline without events is told, for it says nothing of the budget', async (t) => {
  const { clock, guards, spent, stops, notes } = await calm(t);
  spent.total = 0;
  spent.bad = 7;
  guards.enter('experiment');
  await clock.advance(5_000);
  t.same(stops, []);
  t.equal(notes().length, 1);
  t.match(notes()[0], /the baseline has no events/);
});

t.test('a budget that cannot be asked is told, and stops the run after three times', async (t) => {
  const { clock, guards, world, stops, notes } = await calm(t);
  world.answer = (query) => {
    if (query.includes('total')) throw new Error('parse error');
    return 1;
  };
  guards.enter('experiment');
  await clock.advance(1_500);
  t.equal(notes().length, 1);
  t.same(stops, []);
  await clock.advance(2_000);
  t.match(stops, [
    { name: 'error budget', reason: /3 times in a row the error budget could not be asked: parse error/ },
  ]);
});
