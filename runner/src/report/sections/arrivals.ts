import type { Arm } from '../arms.ts';
import { amountOf, placeInWords, rankOf } from '../facts/arrivals.ts';
import { elapsed } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';

/** Which call or service left its band first, second and so on, of each run beside the other. */
export function arrivalLists(arms: readonly Arm[], texts: Texts): Html | undefined {
  const known = arms.filter(({ pado }) => pado.arrivals !== undefined);
  if (known.length === 0) return undefined;
  return html`<h3>${texts.map.arrivals}</h3><p class="lead">${texts.map.arrivalsLead}</p><div class="maps">${known.map(
    (arm) =>
      html`<div class="card"><p class="caption arm-${arms.indexOf(arm) % 3}">${arm.label}</p>${list(arm, texts)}</div>`,
  )}</div>`;
}

function list({ pado: { arrivals = [] } }: Arm, { map: words }: Texts): Html {
  if (arrivals.length === 0) return html`<p class="muted">${words.noArrivals}</p>`;
  return html`<ol class="arrivals">${arrivals.map((arrival) => {
    const { metric, value, band, afterMs } = arrival;
    const [least, most] = band.map((bound) => amountOf(arrival, bound)) as [string, string];
    return html`<li><span class="rank">${rankOf(arrivals, arrival)}</span> <span><strong>${placeInWords(arrival, words.users)}</strong>: ${words.arrived(
      words.metrics[metric],
      amountOf(arrival, value),
      band[0] === 0 ? words.upTo(most) : words.band(least, most),
      elapsed(afterMs),
    )}</span></li>`;
  })}</ol>`;
}
