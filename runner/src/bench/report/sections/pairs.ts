import { type Html, html } from '../../../report/html.ts';
import { none, section } from '../../../report/sections/framed.ts';
import type { BenchRun, BenchSummary } from '../../contracts.ts';
import { pairedPlot } from '../paired-plot.ts';
import type { Pair } from '../pairs.ts';

const title = 'Pair by pair';
const recoveryOf = ({ metrics }: BenchRun): number => metrics.ttrRevertSeconds ?? metrics.observedSeconds;

/** The primary metric and the time to recover, as two dots a pair. */
export function pairsSection({ a, b }: BenchSummary, pairs: readonly Pair[]): Html {
  if (pairs.length === 0) return section('pairs', title, none('No pair counts.'));
  const names = { a, b };
  return section(
    'pairs',
    title,
    html`<p class="lead">A line joins the two runs of a pair, which had the same seed; it is dashed where ${b} was worse. Less is better in both pictures.</p>
<div class="charts"><figure class="card"><figcaption>SLO-loss area</figcaption>${pairedPlot(pairs, {
      ...{ label: 'SLO-loss area', unit: 's', names },
      value: ({ metrics }) => metrics.sloLossSeconds,
    })}</figure><figure class="card"><figcaption>Time to recover after the revert</figcaption>${pairedPlot(pairs, {
      ...{ label: 'Time to recover', unit: 's', names, value: recoveryOf },
      isCensored: ({ metrics }) => metrics.ttrRevertSeconds === null,
    })}<p class="muted">A hollow triangle is a run that had not recovered when it ended: its time is longer than shown.</p></figure></div>`,
  );
}
