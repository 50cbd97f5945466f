import t from 'tap';
import { findLimit } from '../../../runner/src/bench/limit.ts';

const search = (edge: number, precision = 0.05) =>
  findLimit({ from: 2, to: 40, precision, recovers: async (magnitude) => magnitude < edge });

t.test('finds the knife-edge from both sides', async (t) => {
  const { recovers, fails, tried } = await search(9.3);
  t.ok(recovers !== null && recovers < 9.3);
  t.ok(fails !== null && fails >= 9.3);
  t.ok((fails ?? 0) - (recovers ?? 0) <= 0.05 * (fails ?? 0));
  t.ok(tried.length <= 9, `${tried.length} runs`);
});

t.test('says when even the largest is borne, or the smallest is not', async (t) => {
  t.match(await search(100), { recovers: 40, fails: null, tried: { length: 1 } });
  t.match(await search(1), { recovers: null, fails: 2, tried: { length: 2 } });
});
