import type { Arrival } from '../../contracts.ts';
import { sinceFault, waveSpan, waveSteps } from '../facts/arrivals.ts';
import { type Html, html } from '../html.ts';
import type { Language } from '../text/language.ts';

const words: Readonly<Record<Language, { readonly title: string; readonly none: string }>> = {
  en: { title: 'Halo: left its band, seconds after the fault began', none: 'no halo: never left it' },
  ko: { title: '테두리 색: 결함이 시작된 뒤 정상 범위를 벗어난 시점(초)', none: '테두리 없음: 벗어나지 않음' },
};

/** What the shades mean, in seconds; nothing where no wave was seen. */
export function waveKey(arrivals: readonly Arrival[], language: string): Html | undefined {
  if (arrivals.length === 0) return undefined;
  const { title, none } = words[language === 'ko' ? 'ko' : 'en'];
  const { firstMs, lastMs } = waveSpan(arrivals);
  const isOne = lastMs === firstMs;
  const shades = Array.from({ length: isOne ? 1 : waveSteps }, (_, step) => html`<i class="wave-${step}"></i>`);
  return html`<p class="wave-key"><span>${title}:</span> <span>${sinceFault(firstMs)}</span> ${shades} ${isOne ? undefined : html`<span class="end">${sinceFault(lastMs)}</span>`} <span>${none}</span></p>`;
}
