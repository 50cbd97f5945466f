import t from 'tap';
import { goodputChart } from '../../../../runner/src/bench/report/goodput-chart.ts';
import { pairedPlot } from '../../../../runner/src/bench/report/paired-plot.ts';
import { pairsOf } from '../../../../runner/src/bench/report/pairs.ts';
import { madeBench } from './made-bench.ts';

const { runs } = madeBench({ pairs: 3, spoilt: [1] });

t.test('a second shows the median, the least and the most of the runs', async (t) => {
  const [one] = runs;
  const of = (good: number) => [{ second: 0, offered: 10, good, degraded: 0, bad: 10 - good, meanMs: 1 }];
  const arms = [5, 7, 10].map((good) => ({ ...one!, arm: 'a' as const, bins: of(good) }));
  const empty = { ...one!, arm: 'a' as const, bins: [{ ...of(0)[0]!, offered: 0, bad: 0 }] };
  const chart = goodputChart([...arms, empty])!;
  t.strictSame(chart.bands.a, { median: [0.7], low: [0.5], high: [1] });
  t.strictSame(chart.bands.b, { median: [null], low: [null], high: [null] });
  t.equal(chart.revert, 10);
  t.equal(goodputChart([]), undefined);
});

t.test('pairs with a void run are left out', async (t) => {
  t.strictSame(
    pairsOf(runs).map(({ pair }) => pair),
    [0, 2],
  );
});

t.test('each pair is a line between two dots, hollow where the value is only a bound', async (t) => {
  const { text } = pairedPlot(pairsOf(runs), {
    ...{ label: 'Time', unit: 's', names: { a: 'naive', b: '<full>' } },
    value: ({ metrics }) => metrics.ttrRevertSeconds ?? metrics.observedSeconds,
    isCensored: ({ metrics }) => metrics.ttrRevertSeconds === null,
  });
  t.equal(text.match(/class="pair better"/g)?.length, 2);
  t.equal(text.match(/class="dot a censored"/g)?.length, 2);
  t.equal(text.match(/class="dot b"/g)?.length, 2);
  t.match(text, /2 of 2 pairs are better with &lt;full&gt;/);
  t.notMatch(text, /NaN|Infinity/);
});

t.test('a metric that is 0 everywhere has a scale all the same', async (t) => {
  const { text } = pairedPlot(pairsOf(runs), { label: 'x', unit: 's', names: { a: 'a', b: 'b' }, value: () => 0 });
  t.notMatch(text, /NaN|Infinity/);
  t.equal(text.match(/class="pair same"/g)?.length, 2);
});
