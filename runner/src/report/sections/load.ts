import type { LoadSummary } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { share } from '../facts/format.ts';
import { journeysOf, shares } from '../facts/load.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';

/** What k6 counted over the whole run: answers good, degraded and bad, by journey. */
export function loadTable(arms: readonly Arm[]): Html | undefined {
  const words = texts.hypothesis;
  const journeys = journeysOf(arms.map(({ pado }) => pado.load));
  if (journeys.length === 0) return undefined;
  const heads = [words.success, words.good, words.degraded, words.bad];
  return html`<h3 id="load">${words.load}</h3><div class="scroll" tabindex="0" role="region" aria-labelledby="load"><table><thead>
<tr><th scope="col" rowspan="2">${words.journey}</th>${arms.map(
    ({ label }, index) => html`<th scope="colgroup" colspan="4" class="arm arm-${index % 3}">${label}</th>`,
  )}</tr>
<tr>${arms.map(() => heads.map((head, index) => html`<th scope="col" class="${index === 0 && 'first'}">${head}</th>`))}</tr></thead>
<tbody>${journeys.map(
    (journey) =>
      html`<tr><th scope="row">${journey}</th>${arms.map(({ pado }) => cells(pado.load?.journeys[journey]))}</tr>`,
  )}</tbody></table></div>${arms.map(dropped)}`;
}

function cells(counts: LoadSummary['journeys'][string] | undefined): Html {
  if (counts === undefined) return html`<td class="first muted" colspan="4">–</td>`;
  const { good, degraded, bad } = counts;
  const count = (value: number) => html`<td>${value.toLocaleString(texts.language)}</td>`;
  return html`<td class="first"><strong>${share(shares(counts)?.success)}</strong></td>${[good, degraded, bad].map(count)}`;
}

const dropped = ({ label, pado: { load } }: Arm): Html | undefined =>
  load === undefined || load.droppedIterations === 0
    ? undefined
    : html`<p class="muted">${label}: ${texts.hypothesis.dropped(load.droppedIterations.toLocaleString(texts.language))}</p>`;
