import type { ProbeResult } from '../../contracts.ts';
import { type Arm, isRepetition } from '../arms.ts';
import { missing, observed, sign } from '../facts/format.ts';
import { probeRows } from '../facts/probes.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { section } from './framed.ts';

/** As many as fit in two rows on a projector. */
const most = 6;

/** The numbers to remember: probes during the fault, first those on which the runs differ, then those that were missed. */
export function figures(arms: readonly Arm[], texts: Texts): Html | undefined {
  if (isRepetition(arms)) return undefined;
  const rows = probeRows(arms.map(({ pado }) => pado.probes)).filter(({ runs }) =>
    runs.some(({ during }) => during !== undefined),
  );
  const differs = ({ runs }: (typeof rows)[number]): number => new Set(runs.map(({ during }) => during?.met)).size;
  const misses = ({ runs }: (typeof rows)[number]): number => runs.filter(({ during }) => during?.met === false).length;
  const shown = rows
    .toSorted((one, other) => differs(other) - differs(one) || misses(other) - misses(one))
    .slice(0, most);
  if (shown.length === 0) return undefined;
  return section(
    'figures',
    texts.figures.title,
    html`<div class="figures">${shown.map(
      ({
        name,
        runs,
        expected,
        expectsFailure,
      }) => html`<div class="card figure"><h3>${name}${expectsFailure && html` <span class="tag">${texts.hypothesis.failure}</span>`}</h3>
<p class="numbers">${runs.map(({ during }, index) => figure(during, index > 0, texts))}</p>
<p class="muted">${texts.figures.wanted} ${expected}</p></div>`,
    )}</div>`,
  );
}

const figure = (during: ProbeResult | undefined, second: boolean, texts: Texts): Html => {
  const arrow = second && html`<span class="arrow" aria-hidden="true">→ </span>`;
  if (during === undefined) return html`<span>${arrow}${missing}</span>`;
  const { met, value, unit } = during;
  const tone = met === null ? 'warn' : met ? 'ok' : 'bad';
  return html`<span class="${tone}">${arrow}<small>${sign(met)}</small> ${short(observed(value, unit, texts.hypothesis.noData))}</span>`;
};

/** A body of an answer is not a figure. */
const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
