import t from 'tap';
import { kneeOf, kneeText, metricsOf } from '../../../load/lib/knee.ts';

const objective = { p99Ms: 500, badPercent: 1 };
type Measured = readonly [rate: number, samples: number, p99Ms: number, badShare: number];

function knee(...steps: readonly Measured[]) {
  const metrics = Object.fromEntries(
    steps.flatMap(([rate, count, p99, bad]) => {
      const names = metricsOf('checkout', rate);
      return [
        [names.durations, { values: { count, 'p(99)': p99 } }],
        [names.bad, { values: { rate: bad } }],
      ];
    }),
  );
  const rates = [10, 20, 30, 40];
  return kneeOf({ summary: { metrics }, journey: 'checkout', rates, stepSeconds: 10, objective });
}

t.test('the knee is the highest rate below the first step that did not hold', async (t) => {
  const result = knee([10, 100, 90, 0], [20, 200, 110, 0.005], [30, 170, 700, 0]);
  t.match(result, { knee: 20, isReached: true });
  t.same(
    result.steps.map(({ held, samples }) => [held, samples]),
    [
      [true, 100],
      [true, 200],
      [false, 170],
    ],
  );
  t.equal(result.steps.at(-1)?.why, 'p99 700 ms, not below 500 ms');
});

t.test('bad answers make a knee as late ones do', async (t) => {
  const result = knee([10, 100, 90, 0], [20, 200, 90, 0.25]);
  t.match(result, { knee: 10, isReached: true, steps: [{}, { why: '25.0% bad, above 1%' }] });
});

t.test('a rate that k6 could not offer is no knee', async (t) => {
  const result = knee([10, 100, 90, 0], [20, 120, 90, 0]);
  t.match(result, { knee: 10, isReached: false, steps: [{}, { held: false, why: /k6 offered only 120 of 200/ }] });
});

t.test('says when nothing held, or nothing was measured', async (t) => {
  t.match(knee([10, 50, 900, 0]), { knee: null, isReached: true });
  t.match(knee(), { knee: null, isReached: false, steps: [] });
  t.match(kneeText(knee([10, 50, 900, 0])).at(-1), /not even the first step held/);
});
