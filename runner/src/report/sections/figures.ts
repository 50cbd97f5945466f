import type { ProbeResult } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { missing, observed, sign } from '../facts/format.ts';
import { probeRows } from '../facts/probes.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';

/** As many as fit in one row on a projector. */
const most = 4;

/** The numbers to remember: probes during the fault, first those on which the runs differ. */
export function figures(arms: readonly Arm[]): Html | undefined {
  const rows = probeRows(arms.map(({ pado }) => pado.probes)).filter(({ runs }) =>
    runs.some(({ during }) => during !== undefined),
  );
  const differs = ({ runs }: (typeof rows)[number]): number => new Set(runs.map(({ during }) => during?.met)).size;
  const shown = rows.toSorted((one, other) => differs(other) - differs(one)).slice(0, most);
  if (shown.length === 0) return undefined;
  return html`<section aria-labelledby="figures"><h2 id="figures">${texts.figures.title}</h2><div class="figures">${shown.map(
    ({ name, runs, expected }) => html`<div class="card figure"><h3>${name}</h3>
<p class="numbers">${runs.map(({ during }, index) => number(during, index > 0))}</p>
<p class="muted">${texts.figures.wanted} ${expected}</p></div>`,
  )}</div></section>`;
}

const number = (during: ProbeResult | undefined, second: boolean): Html => {
  const arrow = second && html`<span class="arrow" aria-hidden="true">→ </span>`;
  if (during === undefined) return html`<span>${arrow}${missing}</span>`;
  const { met, value, unit } = during;
  const tone = met === null ? 'warn' : met ? 'ok' : 'bad';
  return html`<span class="${tone}">${arrow}<small>${sign(met)}</small> ${observed(value, unit)}</span>`;
};
