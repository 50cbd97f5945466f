import type { Arm } from '../arms.ts';
import { elapsed } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { none, section } from './framed.ts';

/** What the services said while the fault was in force. Absent where no run could read logs. */
export function excerptsSection(arms: readonly Arm[], { excerpts: words }: Texts): Html | undefined {
  const read = arms.filter(({ pado }) => pado.excerpts !== undefined);
  if (read.length === 0) return undefined;
  const told = read.filter(({ pado }) => (pado.excerpts ?? []).length > 0);
  if (told.length === 0) return section('excerpts', words.title, none(words.none));
  return section(
    'excerpts',
    words.title,
    html`<p class="lead">${words.lead}</p>${told.map((arm) => lines(arm, arms.length > 1))}`,
  );
}

function lines({ label, pado: { excerpts = [], windows } }: Arm, several: boolean): Html {
  const begin = windows.during?.startMs ?? excerpts[0]?.atMs ?? 0;
  return html`${several && html`<h3>${label}</h3>`}<ul class="log" lang="en">${excerpts.map(
    ({ source, atMs, text }) =>
      html`<li><span class="muted">+${elapsed(Math.max(0, atMs - begin))}</span> <strong>${source}</strong> <code>${text.slice(0, 600)}</code></li>`,
  )}</ul>`;
}
