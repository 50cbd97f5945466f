import type { ProbeResult, Verdict } from '../../contracts.ts';
import { type Arm, hypothesisOf, isRepetition, titleOf } from '../arms.ts';
import { elapsed, number, observed } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';

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
export function headline(arms: readonly Arm[], { headline: words }: Texts): string {
  const [one, other] = arms;
  if (one === undefined) return words.undecided;
  if (other === undefined) return words[one.pado.verdict](one.label);
  if (arms.length > 2) return words.several(arms.filter(({ pado }) => pado.verdict === 'held').length, arms.length);
  const verdicts = `${one.pado.verdict} ${other.pado.verdict}`;
  if (verdicts === 'deviated held') return words.fixed(one.label, other.label);
  if (verdicts === 'deviated deviated') return words.notFixed(other.label);
  if (verdicts === 'held deviated') return words.worse(one.label, other.label);
  return verdicts === 'held held' ? words.bothHeld : words.undecided;
}

export const verdictSection = (arms: readonly Arm[], texts: Texts): Html => html`<header>
<p class="kicker">${texts.pado}</p>
<h1>${(arms[0] && titleOf(arms[0].journal)) ?? texts.untitled}</h1>
<p class="headline ${headlineTone(arms)}">${headline(arms, texts)}</p>
${arms[0] && hypothesis(hypothesisOf(arms[0].journal), texts)}
<div class="arms${isRepetition(arms) && ' many'}">${arms.map((arm, index) => card(arm, index, arms.length, texts))}</div>
</header>`;

/** The last run decides: it is the one with the fix. Of a repetition every run must hold. */
function headlineTone(arms: readonly Arm[]): string {
  const last = arms.at(-1);
  if (last === undefined) return 'warn';
  if (arms.length < 3) return toneOf[last.pado.verdict];
  return arms.every(({ pado }) => pado.verdict === 'held') ? 'ok' : 'bad';
}

const hypothesis = (title: string | undefined, texts: Texts): Html | undefined =>
  title === undefined ? undefined : html`<p class="lead">${texts.hypothesis.title}: <q>${title}</q></p>`;

function card({ pado, label }: Arm, index: number, count: number, texts: Texts): Html {
  const { arms: words } = texts;
  const role = count !== 2 ? words.run : index === 0 ? words.before : words.after;
  const { verdict, recovery, resilienceScore: score, dry } = pado;
  const notes = [
    ...(dry === true ? [words.dry] : []),
    ...(recovery === undefined ? [] : [recovered(recovery, texts)]),
    ...(score === undefined || score === null ? [] : [words.score(number(score))]),
  ];
  return html`<article class="card arm-${index % 3}">
<h2>${role} <small>${words.policies} “${label}”</small></h2>
<p class="verdict ${toneOf[verdict]}"><span aria-hidden="true">${verdictSigns[verdict]}</span> ${texts.verdict[verdict]}</p>
${why(pado.probes, texts)}
${(verdict !== 'held' && verdict !== 'deviated') || pado.probes.length === 0 ? html`<p lang="en">${pado.reason}</p>` : undefined}
${notes.map((note) => html`<p class="muted">${note}</p>`)}
</article>`;
}

const recovered = (
  { deadlineMs, recoveredAfterMs }: NonNullable<Arm['pado']['recovery']>,
  { arms: words }: Texts,
): string =>
  recoveredAfterMs === null
    ? words.notRecovered(elapsed(deadlineMs))
    : words.recovered(elapsed(recoveredAfterMs), elapsed(deadlineMs));

const mostMissed = 4;

/** What was missed, the experiment's own window first; or that nothing was. */
function why(probes: readonly ProbeResult[], texts: Texts): Html | undefined {
  const { arms: words } = texts;
  const judged = probes.some(({ window }) => window !== 'before')
    ? probes.filter(({ window }) => window !== 'before')
    : probes;
  if (judged.length === 0) return undefined;
  const missed = judged.filter(({ met }) => met === false);
  if (missed.length === 0)
    return judged.every(({ met }) => met === true) ? html`<p>${words.met(judged.length)}</p>` : undefined;
  return html`<p>${words.missed(missed.length, judged.length)}</p><ul>${missed
    .slice(0, mostMissed)
    .map(
      ({ name, value, unit, expected, window }) =>
        html`<li>${words.oneMissed(name, observed(value, unit, texts.hypothesis.noData), expected, texts.windows[window])}</li>`,
    )}${missed.length > mostMissed && html`<li>${words.more(missed.length - mostMissed)}</li>`}</ul>`;
}
