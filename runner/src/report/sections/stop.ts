import type { Arm } from '../arms.ts';
import { elapsed } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { section } from './framed.ts';

/** Why a run stopped by itself, and how soon every fault was gone. */
export function stopSection(arms: readonly Arm[], texts: Texts): Html | undefined {
  const stopped = arms.filter(({ pado }) => pado.stop !== undefined);
  if (stopped.length === 0) return undefined;
  const several = arms.length > 1;
  return section('stop', texts.stop.title, html`${stopped.map((arm) => box(arm, several, texts))}`);
}

function box({ label, pado: { stop, windows } }: Arm, several: boolean, { stop: words }: Texts): Html | undefined {
  if (stop === undefined) return undefined;
  const { name, reason, atMs, revertedAfterMs } = stop;
  const begin = windows.during?.startMs;
  const times = [
    ...(begin === undefined || atMs < begin ? [] : [words.at(elapsed(atMs - begin))]),
    revertedAfterMs === undefined ? words.unreverted : words.reverted(elapsed(revertedAfterMs)),
  ];
  return html`<div class="headline warn stop"><p>■ ${several && `${label}: `}${words.by(name)}</p>
<p class="reason" lang="en">${reason}</p><p class="reason">${times.join('; ')}</p></div>`;
}
