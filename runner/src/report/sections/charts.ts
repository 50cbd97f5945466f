import type { Panel } from '../charts/panels.ts';
import { inWords } from '../charts/words.ts';
import { type Html, html, json } from '../html.ts';
import { texts } from '../text.ts';

/** A place for every chart; the page's script draws them from the data beside them. */
export const chartsSection = (panels: readonly Panel[]): Html =>
  html`<section aria-labelledby="charts"><h2 id="charts">${texts.charts.title}</h2>${
    panels.length === 0
      ? html`<p class="none">${texts.charts.none}</p>`
      : html`<p class="lead">${texts.charts.lead}</p><noscript><p class="none">${texts.charts.noScript}</p></noscript>
<div class="charts">${panels.map(
          (panel, index) =>
            html`<figure class="card"><figcaption>${panel.title}</figcaption><div class="chart" role="img" aria-label="${inWords(panel)}" data-panel="${index}"></div></figure>`,
        )}</div>
<script type="application/json" id="panels">${json({ panels, words: { fault: texts.charts.fault, seconds: texts.charts.seconds } })}</script>`
  }</section>`;
