import type { EdgeStats } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { rate, share, time } from '../facts/format.ts';
import { nameOf, sameEdge, unexpected } from '../facts/topology.ts';
import { type Html, html } from '../html.ts';
import { edgeMovement, movedSigns } from '../map/moved.ts';
import { serviceMap } from '../map/service-map.ts';
import { texts } from '../text.ts';

/** One map a run, and the same numbers as a table. */
export function mapSection(arms: readonly Arm[]): Html {
  const words = texts.map;
  const measured = arms.filter(({ pado: { graph } }) => graph.before !== undefined || graph.during !== undefined);
  return html`<section aria-labelledby="map"><h2 id="map">${words.title}</h2>${
    measured.length === 0
      ? html`<p class="none">${words.none}</p>`
      : html`<p class="lead">${words.lead}</p><p class="legend">${(['steady', 'worse', 'broken'] as const).map(
          (moved) =>
            html`<span class="${moved}"><span aria-hidden="true">${movedSigns[moved]}</span> ${words[moved]}</span> `,
        )}</p>
<div class="maps">${measured.map(
          (
            arm,
            index,
          ) => html`<figure class="card"><figcaption class="arm-${arms.indexOf(arm) % 3}">${arm.label}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${words.label(arm.label)}">${serviceMap(arm.pado, { id: `map-${index}`, label: words.label(arm.label) })}</div></figure>`,
        )}</div>${table(measured)}`
  }</section>`;
}

function table(arms: readonly Arm[]): Html {
  const words = texts.map;
  const edges = arms
    .flatMap(({ pado: { graph } }) => [...(graph.before?.edges ?? []), ...(graph.during?.edges ?? [])])
    .filter((edge, index, all) => all.findIndex((one) => sameEdge(one, edge)) === index);
  const strange = new Set(unexpected(edges));
  return html`<details><summary>${words.numbers}</summary><div class="scroll" tabindex="0" role="region" aria-label="${words.numbers}"><table><thead>
<tr><th scope="col" rowspan="2">${words.call}</th>${arms.map(({ label }) => html`<th scope="colgroup" colspan="3" class="arm">${label}</th>`)}</tr>
<tr>${arms.map(() => [words.rate, words.p99, words.errors].map((head, index) => html`<th scope="col" class="${index === 0 && 'first'}">${head}</th>`))}</tr></thead>
<tbody>${edges.map(
    (edge) =>
      html`<tr><th scope="row">${nameOf(edge.from)} → ${nameOf(edge.to)}${strange.has(edge) && html` <small>${words.unexpected}</small>`}</th>${arms.map(
        (arm) => cells(arm, edge),
      )}</tr>`,
  )}</tbody></table></div></details>`;
}

function cells({ pado: { graph } }: Arm, edge: EdgeStats): Html {
  const { before, during, moved } = edgeMovement(graph, edge);
  const tone = moved === 'broken' ? 'bad' : moved === 'worse' ? 'warn' : '';
  return html`<td class="first">${rate(before?.rate)} → ${rate(during?.rate)}</td><td class="${tone}">${movedSigns[moved]} ${time(before?.p99)} → ${time(during?.p99)}</td><td class="${tone}">${share(before?.errorRate)} → ${share(during?.errorRate)}</td>`;
}
