import type { ProbeResult, ProbeWindow } from '../../contracts.ts';
import { type Arm, isRepetition } from '../arms.ts';
import { elapsed, number, observed, sign } from '../facts/format.ts';
import { type ProbeRow, probeRows } from '../facts/probes.ts';
import { toleranceInWords } from '../facts/tolerance.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { framed, none, section } from './framed.ts';
import { loadTable } from './load.ts';
import { repeatTable } from './repeat.ts';

const windows: readonly ProbeWindow[] = ['before', 'during', 'after'];

/** Every probe with what was observed in each window of each run; of a repetition the medians first. */
export function hypothesisSection(arms: readonly Arm[], texts: Texts): Html {
  const words = texts.hypothesis;
  const rows = probeRows(arms.map(({ pado }) => pado.probes));
  const each = rows.length === 0 ? none(words.none) : probeTable(rows, arms, texts);
  const content = isRepetition(arms)
    ? html`${repeatTable(rows, texts)}<details><summary>${words.caption}</summary>${each}</details>`
    : each;
  return section('hypothesis', words.title, html`${content}${loadTable(arms, texts)}`);
}

function probeTable(rows: readonly ProbeRow[], arms: readonly Arm[], texts: Texts): Html {
  const words = texts.hypothesis;
  const begins = arms.map(({ pado }) => pado.windows.during?.startMs);
  const head = html`<tr><th scope="col" rowspan="2">${words.probe}</th><th scope="col" rowspan="2">${words.wanted}</th>${arms.map(
    ({ label }, index) => html`<th scope="colgroup" colspan="3" class="arm arm-${index % 3}">${label}</th>`,
  )}</tr>
<tr>${arms.map(() => windows.map((window) => html`<th scope="col" class="${window === 'before' && 'first'}">${texts.windows[window]}</th>`))}</tr>`;
  return framed(
    words.caption,
    head,
    rows.map((row) => probeRow(row, begins, texts)),
  );
}

function probeRow(
  { name, expected, runs, expectsFailure, weight }: ProbeRow,
  begins: readonly (number | undefined)[],
  texts: Texts,
): Html {
  const words = texts.hypothesis;
  const inWords = toleranceInWords(expected, texts);
  return html`<tr><th scope="row">${name}${expectsFailure && html` <span class="tag">${words.failure}</span>`}${
    weight !== 1 && html`<small>${words.weight(number(weight))}</small>`
  }</th><td class="wanted">${expected}${inWords !== expected && html`<small>${inWords}</small>`}</td>${runs.map(
    (results, index) => windows.map((window) => cell(results[window], window, begins[index], texts)),
  )}</tr>`;
}

function cell(result: ProbeResult | undefined, window: ProbeWindow, begin: number | undefined, texts: Texts): Html {
  const place = window === 'before' ? 'first' : window;
  if (result === undefined) return html`<td class="${place} muted">–</td>`;
  const { met, value, unit, error } = result;
  const tone = met === null ? 'warn' : met ? 'ok' : 'bad';
  const said = observed(value, unit, texts.hypothesis.noData);
  const notes = [...notesOf(result, begin, texts), ...(error === undefined ? [] : [error])];
  return html`<td class="${place} ${tone}"><strong>${sign(met)} ${said.length > 60 ? `${said.slice(0, 59)}…` : said}</strong>${
    notes.length > 0 && html`<small>${notes.join(', ')}</small>`
  }</td>`;
}

function notesOf(
  { met, samples, recoveredAfterMs, looks, expect, window }: ProbeResult,
  begin: number | undefined,
  { hypothesis: words }: Texts,
): readonly string[] {
  const count = (value: number) => number(Math.round(value));
  const looksInWords = (
    { count: all, missed, firstMissMs }: NonNullable<ProbeResult['looks']>,
    isFailure: boolean,
    beginMs: number | undefined,
  ): readonly string[] => {
    if (isFailure) return [words.failureLooks(count(all - missed), count(all))];
    if (missed === 0) return [words.allLooks(count(all))];
    const first = firstMissMs === undefined || beginMs === undefined ? undefined : Math.max(0, firstMissMs - beginMs);
    return [words.looks(count(missed), count(all)), ...(first === undefined ? [] : [words.firstMiss(elapsed(first))])];
  };
  return [
    // Before the fault the failure must be absent: what is met is then that it was not seen.
    ...(expect === 'failure' && met !== null
      ? [
          (window === 'before') !== met
            ? `${words.failure}: ${words.failureSeen}`
            : `${words.failure}: ${words.failureUnseen}`,
        ]
      : []),
    ...(recoveredAfterMs === undefined ? [] : [words.recovered(elapsed(recoveredAfterMs))]),
    ...(looks === undefined ? [] : looksInWords(looks, expect === 'failure', window === 'during' ? begin : undefined)),
    ...(samples === undefined ? [] : [words.samples(count(samples))]),
  ];
}
