import type { Arm } from '../arms.ts';
import { activitiesOf, type Done } from '../facts/activities.ts';
import { elapsed, missing } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { framed, none, section } from './framed.ts';

/** Every action and probe of the method and every rollback: how it ended, when, and how long it took. */
export function activitiesSection(arms: readonly Arm[], { activities: words }: Texts): Html {
  const rows = arms.flatMap((arm, index) =>
    activitiesOf(arm.journal).map((activity) => row(arm, index, activity, words)),
  );
  const heads = [words.run, words.part, words.name, words.state, words.begin, words.duration];
  const head = html`<tr>${heads.map((name) => html`<th scope="col">${name}</th>`)}</tr>`;
  return section('activities', words.title, rows.length === 0 ? none(words.none) : framed(words.caption, head, rows));
}

const tones: Readonly<Record<string, string>> = { succeeded: 'ok', failed: 'bad' };
const signs: Readonly<Record<string, string>> = { succeeded: '✓', failed: '✗', skipped: '–', aborted: '■' };

function row({ label, journal }: Arm, index: number, activity: Done, words: Texts['activities']): Html {
  const { part, name, type, isBackground, state, startMs, durationMs, error } = activity;
  const beganMs = Date.parse(journal.start);
  const begin = startMs === undefined || !Number.isFinite(beganMs) ? missing : `+${elapsed(startMs - beganMs)}`;
  const notes = [type, ...(isBackground ? [words.background] : [])].filter(Boolean).join(', ');
  const told = Object.hasOwn(words.states, state) ? words.states[state] : state;
  return html`<tr><th scope="row" class="arm-${index % 3}">${label}</th><td>${words[part]}</td><td>${name}<small>${notes}</small></td><td class="${tones[state] ?? 'warn'}"><strong>${signs[state] ?? '?'} ${told}</strong>${
    error !== undefined && html`<small lang="en">${error.slice(0, 500)}</small>`
  }</td><td>${begin}</td><td>${durationMs === undefined ? missing : elapsed(durationMs)}</td></tr>`;
}
