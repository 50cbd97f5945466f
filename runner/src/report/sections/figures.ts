import type { Arm } from '../arms.ts';
import { observed, sign } from '../facts/format.ts';
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
<p class="numbers">${runs.map(({ during }, index) => [
      index > 0 && html`<span class="arrow" aria-hidden="true">→</span>`,
      during === undefined
        ? html`<span>–</span>`
        : html`<span class="${during.met === null ? 'warn' : during.met ? 'ok' : 'bad'}"><small>${sign(during.met)}</small> ${observed(during.value, during.unit)}</span>`,
    ])}</p>
<p class="muted">${texts.figures.wanted} ${expected}</p></div>`,
  )}</div></section>`;
}
