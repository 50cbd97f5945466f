import type { EdgeStats, ProbeWindow } from '../../contracts.ts';
import { type Arm, pictured } from '../arms.ts';
import { placeInWords, rankOf } from '../facts/arrivals.ts';
import { missing, number, rate, share, time } from '../facts/format.ts';
import { nameOf, sameEdge, unexpected } from '../facts/topology.ts';
import { type Html, html } from '../html.ts';
import { edgeMovement, movedSigns } from '../map/moved.ts';
import { serviceMap } from '../map/service-map.ts';
import { waveKey } from '../map/wave-key.ts';
import type { Texts } from '../text/en.ts';
import { arrivalLists } from './arrivals.ts';
import { framed, none, section } from './framed.ts';

const windows: readonly ProbeWindow[] = ['before', 'during', 'after'];

/** One map a run, the order in which the wave arrived, and the same numbers as a table. */
export function mapSection(arms: readonly Arm[], texts: Texts): Html {
  const words = texts.map;
  const measured = pictured(arms).filter(
    ({ pado: { graph } }) => graph.before !== undefined || graph.during !== undefined,
  );
  if (measured.length === 0) return section('map', words.title, none(words.none));
  return section(
    'map',
    words.title,
    html`<p class="lead">${words.lead}</p><p class="legend">${(['steady', 'worse', 'broken'] as const).map(
      (moved) =>
        html`<span class="${moved}"><span aria-hidden="true">${movedSigns[moved]}</span> ${words[moved]}</span> `,
    )}</p>
<div class="maps">${measured.map(
      (
        arm,
        index,
      ) => html`<figure class="card"><figcaption class="arm-${arms.indexOf(arm) % 3}">${arm.label}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${words.label(arm.label)}">${serviceMap(arm.pado, { id: `map-${index}`, label: words.label(arm.label), words })}</div>${waveKey(arm.pado.arrivals ?? [], texts.language)}</figure>`,
    )}</div>${arrivalLists(measured, texts)}${callTable(measured, texts)}${inFlightTable(measured, texts)}`,
  );
}

function callTable(arms: readonly Arm[], texts: Texts): Html {
  const words = texts.map;
  const edges = arms
    .flatMap(({ pado: { graph } }) => windows.flatMap((window) => graph[window]?.edges ?? []))
    .filter((edge, index, all) => all.findIndex((one) => sameEdge(one, edge)) === index);
  const strange = new Set(unexpected(edges));
  const heads = [words.order, words.rate, words.p99, words.errors];
  const head = html`<tr><th scope="col" rowspan="2">${words.call}</th>${arms.map(({ label }, index) => html`<th scope="colgroup" colspan="4" class="arm arm-${index % 3}">${label}</th>`)}</tr>
<tr>${arms.map(() => heads.map((name, index) => html`<th scope="col" class="${index === 0 && 'first'}">${name}</th>`))}</tr>`;
  const rows = edges.map(
    (edge) =>
      html`<tr><th scope="row">${placeInWords({ from: edge.from, to: edge.to }, words.users)}${strange.has(edge) && html` <small>${words.unexpected}</small>`}</th>${arms.map(
        (arm) => cells(arm, edge),
      )}</tr>`,
  );
  return html`<h3>${words.numbers}</h3>${framed(words.numbers, head, rows)}`;
}

function cells({ pado: { graph, arrivals = [] } }: Arm, edge: EdgeStats): Html {
  const { moved } = edgeMovement(graph, edge);
  const tone = moved === 'broken' ? 'bad' : moved === 'worse' ? 'warn' : '';
  const rank = rankOf(arrivals, edge);
  const stats = windows.map((window) => graph[window]?.edges.find((one) => sameEdge(one, edge)));
  const through = (fact: (one: EdgeStats | undefined) => string): Html =>
    html`${stats.map((one, index) => html`${index > 0 && ' → '}<span class="nowrap">${fact(one)}</span>`)}`;
  return html`<td class="first">${rank === undefined ? missing : html`<span class="rank">${rank}</span>`}</td><td>${through((one) => rate(one?.rate))}</td><td class="${tone}">${movedSigns[moved]} ${through((one) => time(one?.p99))}</td><td class="${tone}">${through((one) => share(one?.errorRate))}</td>`;
}

function inFlightTable(arms: readonly Arm[], texts: Texts): Html | undefined {
  const words = texts.map;
  const services = [
    ...new Set(
      arms.flatMap(({ pado: { graph } }) => windows.flatMap((window) => Object.keys(graph[window]?.inFlight ?? {}))),
    ),
  ];
  if (services.length === 0) return undefined;
  const head = html`<tr><th scope="col" rowspan="2">${words.service}</th>${arms.map(({ label }, index) => html`<th scope="colgroup" colspan="4" class="arm arm-${index % 3}">${label}</th>`)}</tr>
<tr>${arms.map(() => [html`<th scope="col" class="first">${words.order}</th>`, ...windows.map((window) => html`<th scope="col">${texts.windows[window]}</th>`)])}</tr>`;
  const rows = services.map(
    (service) =>
      html`<tr><th scope="row">${nameOf(service, words.users)}</th>${arms.map(({ pado: { graph, arrivals = [] } }) => {
        const rank = rankOf(arrivals, { to: service });
        return html`<td class="first">${rank === undefined ? missing : html`<span class="rank">${rank}</span>`}</td>${windows.map(
          (window) => {
            const count = graph[window]?.inFlight[service];
            return html`<td>${count === undefined ? missing : number(count)}</td>`;
          },
        )}`;
      })}</tr>`,
  );
  return html`<details><summary>${words.inFlight}</summary>${framed(words.inFlight, head, rows)}</details>`;
}
