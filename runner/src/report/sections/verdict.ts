import type { Verdict } from '../../contracts.ts';
import { type Arm, hypothesisOf, titleOf } from '../arms.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';

/** met, missed or unclear: what gives a verdict its colour. */
export const toneOf: Readonly<Record<Verdict, string>> = {
  held: 'ok',
  deviated: 'bad',
  inconclusive: 'warn',
  aborted: 'warn',
  error: 'bad',
};

export const verdictSigns: Readonly<Record<Verdict, string>> = {
  held: '✓',
  deviated: '✗',
  inconclusive: '?',
  aborted: '■',
  error: '!',
};

/** The verdict on all runs in one sentence. */
export function headline(arms: readonly Arm[]): string {
  const { headline: words } = texts;
  const [one, other] = arms;
  if (one === undefined) return words.undecided;
  if (other === undefined) return words[one.pado.verdict](one.label);
  const verdicts = `${one.pado.verdict} ${other.pado.verdict}`;
  if (verdicts === 'deviated held') return words.fixed(one.label, other.label);
  if (verdicts === 'deviated deviated') return words.notFixed(other.label);
  if (verdicts === 'held deviated') return words.worse(one.label, other.label);
  return verdicts === 'held held' ? words.bothHeld : words.undecided;
}

export const verdictSection = (arms: readonly Arm[]): Html => html`<header>
<p class="kicker">${texts.pado}</p>
<h1>${(arms[0] && titleOf(arms[0].journal)) ?? texts.untitled}</h1>
<p class="headline ${headlineTone(arms)}">${headline(arms)}</p>
${arms[0] && hypothesis(hypothesisOf(arms[0].journal))}
<div class="arms">${arms.map((arm, index) => card(arm, index, arms.length))}</div>
</header>`;

/** The last run decides: it is the one with the fix. */
const headlineTone = (arms: readonly Arm[]): string => {
  const last = arms.at(-1);
  return last === undefined ? 'warn' : toneOf[last.pado.verdict];
};

const hypothesis = (title: string | undefined): Html | undefined =>
  title === undefined ? undefined : html`<p class="lead">${texts.hypothesis.title}: <q>${title}</q></p>`;

function card({ pado, label }: Arm, index: number, count: number): Html {
  const role = count !== 2 ? texts.arms.run : index === 0 ? texts.arms.before : texts.arms.after;
  return html`<article class="card arm-${index % 3}">
<h2>${role} <small>${texts.arms.policies} “${label}”</small></h2>
<p class="verdict ${toneOf[pado.verdict]}"><span aria-hidden="true">${verdictSigns[pado.verdict]}</span> ${texts.verdict[pado.verdict]}</p>
<p>${pado.reason}</p>
</article>`;
}
