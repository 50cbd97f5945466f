import { number, share } from '../../../report/facts/format.ts';
import { type Html, html, json } from '../../../report/html.ts';
import { none, section } from '../../../report/sections/framed.ts';
import type { ArmName, BenchRun, BenchSummary } from '../../contracts.ts';
import { median } from '../../stats/summary.ts';
import { type GoodputChart, goodputChart } from '../goodput-chart.ts';
import { pairsOf } from '../pairs.ts';

const title = 'Good answers over time';
const words = {
  seconds: 'since injection',
  inject: 'injected',
  revert: 'reverted',
  median: 'median',
  least: 'least',
  most: 'most',
};

/** g(t) of both arms: the median over their runs, and from the least to the most. */
export function goodputSection({ a, b }: BenchSummary, runs: readonly BenchRun[]): Html {
  const counting = pairsOf(runs).flatMap((pair) => [pair.a, pair.b]);
  const shown = counting.length > 0 ? counting : runs;
  const chart = goodputChart(shown);
  if (chart === undefined) return section('goodput', title, none('There are no measurements over time.'));
  const told = `${oneArm(a, 'a', chart)} ${oneArm(b, 'b', chart)}`;
  return section(
    'goodput',
    title,
    html`<p class="lead">Share of good answers by the second in which users came. Lines are medians over the runs, bands reach from the least to the most.${counting.length === 0 && ' No pair counts: all runs are shown, and prove nothing.'}</p>
<noscript>${none('The chart is drawn by a script, which is switched off here; bins.csv has its numbers.')}</noscript>
<figure class="card wide"><div class="goodput" id="goodput-chart" role="img" aria-label="${told}"></div></figure>
<script type="application/json" id="goodput-data">${json({ ...chart, names: { a, b }, words })}</script>`,
  );
}

/** For those who do not see it. */
function oneArm(name: string, arm: ArmName, { x, bands, revert }: GoodputChart): string {
  const over = (fits: (second: number) => boolean): string => {
    const values = bands[arm].median.flatMap((value, index) => (value !== null && fits(x[index]!) ? [value] : []));
    return values.length === 0 ? 'not measured' : share(median(values));
  };
  return `${name}: ${over((second) => second < 0)} before, ${over((second) => second >= 0 && second < revert)} until the revert after ${number(revert)} s, ${over((second) => second >= revert)} afterwards.`;
}
