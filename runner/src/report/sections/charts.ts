import type { Panel, PanelGroup } from '../charts/panels.ts';
import { inWords } from '../charts/words.ts';
import { type Html, html, json } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { none, section } from './framed.ts';

/** So many charts stand open; the others are folded, and drawn when they are opened. */
const mostOpen = 12;

/** A place for every chart; the page's script draws them from the data beside them. */
export function chartsSection(groups: readonly PanelGroup[], texts: Texts): Html {
  const { charts: words } = texts;
  if (groups.length === 0) return section('charts', words.title, none(words.none));
  const panels = groups.flatMap((group) => group.panels);
  const open = openOf(groups.map((group) => group.panels.length));
  const place = (panel: Panel): Html =>
    html`<figure class="card"><figcaption>${panel.title}</figcaption><div class="chart" role="img" aria-label="${inWords(panel, texts)}" data-panel="${panels.indexOf(panel)}"></div></figure>`;
  const grid = (all: readonly Panel[]) => html`<div class="charts">${all.map(place)}</div>`;
  return section(
    'charts',
    words.title,
    html`<p class="lead">${words.lead}</p><noscript>${none(words.noScript)}</noscript>
${groups.map(({ title, panels: all }, index) => {
  const shown = all.slice(0, open[index]);
  const folded = all.slice(open[index]);
  return html`<h3>${title}</h3>${shown.length > 0 && grid(shown)}${
    folded.length > 0 && html`<details><summary>${words.more(folded.length)}</summary>${grid(folded)}</details>`
  }`;
})}
<script type="application/json" id="panels">${json({ panels, words: { fault: words.fault, seconds: words.seconds } })}</script>`,
  );
}

/** How many charts of each group stand open: no group takes the room of all others. */
function openOf(sizes: readonly number[]): readonly number[] {
  const open = sizes.map(() => 0);
  for (let left = mostOpen, round = 0; left > 0 && round < mostOpen; round++) {
    sizes.forEach((size, index) => {
      if (left > 0 && (open[index] ?? 0) < size) {
        open[index] = (open[index] ?? 0) + 1;
        left--;
      }
    });
  }
  return open;
}
