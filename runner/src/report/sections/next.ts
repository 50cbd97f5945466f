import type { Arm } from '../arms.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';

/** What to do after the last run. */
export function nextSection(arms: readonly Arm[]): Html | undefined {
  const last = arms.at(-1);
  if (last === undefined) return undefined;
  return html`<section aria-labelledby="next"><h2 id="next">${texts.next.title}</h2><ul class="next">${texts.next[
    last.pado.verdict
  ].map((idea) => html`<li>${idea}</li>`)}</ul></section>`;
}
