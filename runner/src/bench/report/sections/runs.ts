import { missing, number, share } from '../../../report/facts/format.ts';
import { type Html, html } from '../../../report/html.ts';
import { framed, none, section } from '../../../report/sections/framed.ts';
import type { BenchRun } from '../../contracts.ts';

const title = 'Every run';
const heads = [
  'Order',
  'Pair',
  'Arm',
  'Seed',
  'SLO loss',
  'Recovered after',
  'Depth',
  'Baseline good',
  'k6',
  'Machine busy',
  'Counts',
];

/** In the order of execution, with what spoilt it. */
export function runsSection(runs: readonly BenchRun[]): Html {
  if (runs.length === 0) return section('runs', title, none('There is no run.'));
  const head = html`<tr>${heads.map((name) => html`<th scope="col">${name}</th>`)}</tr>`;
  const rows = runs.toSorted((one, other) => one.order - other.order).map(row);
  return section(
    'runs',
    title,
    html`<p class="lead">In the order in which they were run. A void run measured the load generator or the machine: it and its pair are left out of all figures above.</p><div class="runs">${framed('Runs', head, rows)}</div>`,
  );
}

function row(run: BenchRun): Html {
  const { metrics, spoilers } = run;
  const back =
    metrics.ttrRevertSeconds === null
      ? `not in ${number(metrics.observedSeconds)} s`
      : `${number(metrics.ttrRevertSeconds)} s`;
  return html`<tr class="${run.void !== undefined && 'void'}"><td>${run.order + 1}</td><td>${run.pair + 1}</td><th scope="row" class="arm-${run.arm === 'a' ? 0 : 1}">${run.policies}</th><td>${run.seed}</td><td>${number(metrics.sloLossSeconds)} s</td><td>${back}</td><td>${share(metrics.depth)}</td><td>${share(metrics.g0)}</td><td>${spoilers.k6Cores.toFixed(2)} cores</td><td>${share(spoilers.hostBusy)}</td>${
    run.void === undefined
      ? html`<td class="why">✓ ${run.verdict === '' ? missing : run.verdict}</td>`
      : html`<td class="why">void: ${run.void.join('; ')}</td>`
  }</tr>`;
}
