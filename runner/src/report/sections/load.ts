import type { LoadSummary } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { number, share } from '../facts/format.ts';
import { journeysOf, shares } from '../facts/load.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { framed } from './framed.ts';

/** What k6 counted over the whole run: answers good, degraded and bad, by journey. */
export function loadTable(arms: readonly Arm[], { hypothesis: words }: Texts): Html | undefined {
  const journeys = journeysOf(arms.map(({ pado }) => pado.load));
  if (journeys.length === 0) return undefined;
  const heads = [words.success, words.good, words.degraded, words.bad];
  const head = html`<tr><th scope="col" rowspan="2">${words.journey}</th>${arms.map(
    ({ label }, index) => html`<th scope="colgroup" colspan="4" class="arm arm-${index % 3}">${label}</th>`,
  )}</tr>
<tr>${arms.map(() => heads.map((name, index) => html`<th scope="col" class="${index === 0 && 'first'}">${name}</th>`))}</tr>`;
  const rows = journeys.map(
    (journey) =>
      html`<tr><th scope="row">${journey}</th>${arms.map(({ pado }) => cells(pado.load?.journeys[journey]))}</tr>`,
  );
  return html`<h3>${words.load}</h3>${framed(words.load, head, rows)}${arms.map(({ label, pado: { load } }) =>
    load === undefined || load.droppedIterations === 0
      ? undefined
      : html`<p class="muted">${label}: ${words.dropped(number(load.droppedIterations))}</p>`,
  )}`;
}

function cells(counts: LoadSummary['journeys'][string] | undefined): Html {
  if (counts === undefined) return html`<td class="first muted" colspan="4">–</td>`;
  const { good, degraded, bad } = counts;
  return html`<td class="first"><strong>${share(shares(counts)?.success)}</strong></td>${[good, degraded, bad].map(
    (count) => html`<td>${number(count)}</td>`,
  )}`;
}
