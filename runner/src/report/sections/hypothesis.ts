import { formatDuration } from '@pado/fault';
import type { ProbeResult, ProbeWindow } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { observed, sign } from '../facts/format.ts';
import { type ProbeRow, probeRows } from '../facts/probes.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';
import { loadTable } from './load.ts';

const windows: readonly ProbeWindow[] = ['before', 'during', 'after'];

/** Every probe with what was observed in each window of each run. */
export function hypothesisSection(arms: readonly Arm[]): Html {
  const words = texts.hypothesis;
  const rows = probeRows(arms.map(({ pado }) => pado.probes));
  return html`<section aria-labelledby="hypothesis"><h2 id="hypothesis">${words.title}</h2>
${
  rows.length === 0
    ? html`<p class="none">${words.none}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="hypothesis"><table><thead>
<tr><th scope="col" rowspan="2">${words.probe}</th><th scope="col" rowspan="2">${words.wanted}</th>${arms.map(
        ({ label }, index) => html`<th scope="colgroup" colspan="3" class="arm arm-${index % 3}">${label}</th>`,
      )}</tr>
<tr>${arms.map(() => windows.map((window) => html`<th scope="col" class="${window === 'before' && 'first'}">${texts.windows[window]}</th>`))}</tr>
</thead><tbody>${rows.map(row)}</tbody></table></div>`
}
${loadTable(arms)}</section>`;
}

const row = ({ name, expected, runs }: ProbeRow): Html =>
  html`<tr><th scope="row">${name}</th><td>${expected}</td>${runs.map((results) =>
    windows.map((window) => cell(results[window], window)),
  )}</tr>`;

function cell(result: ProbeResult | undefined, window: ProbeWindow): Html {
  const place = window === 'before' ? 'first' : window;
  if (result === undefined) return html`<td class="${place} muted">–</td>`;
  const { met, value, unit, samples, recoveredAfterMs, error } = result;
  const tone = met === null ? 'warn' : met ? 'ok' : 'bad';
  const notes = [
    ...(recoveredAfterMs === undefined ? [] : [texts.hypothesis.recovered(formatDuration(recoveredAfterMs))]),
    ...(samples === undefined ? [] : [texts.hypothesis.samples(Math.round(samples).toLocaleString(texts.language))]),
    ...(error === undefined ? [] : [error]),
  ];
  return html`<td class="${place} ${tone}"><strong>${sign(met)} ${observed(value, unit)}</strong>${
    notes.length > 0 && html`<small>${notes.join(', ')}</small>`
  }</td>`;
}
