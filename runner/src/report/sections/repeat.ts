import { missing, observed } from '../facts/format.ts';
import { decisive, type ProbeRow } from '../facts/probes.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { framed } from './framed.ts';

/** Of each probe over all runs: the median, the range, and in how many it was within tolerance. */
export function repeatTable(rows: readonly ProbeRow[], texts: Texts): Html {
  const { repeat: words, hypothesis } = texts;
  const heads = [hypothesis.probe, hypothesis.wanted, words.median, words.range, words.met];
  return html`<h3>${words.title}</h3>${framed(
    words.caption,
    html`<tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>`,
    rows.map((row) => summaryRow(row, texts)),
  )}`;
}

function summaryRow({ name, expected, runs }: ProbeRow, texts: Texts): Html {
  const results = runs.flatMap((run) => decisive(run) ?? []);
  const values = results
    .flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
    .sort((one, other) => one - other);
  const unit = results[0]?.unit;
  const at = (index: number) => observed(values[index] ?? null, unit, missing);
  const met = results.filter((result) => result.met === true).length;
  const tone = met === results.length ? 'ok' : 'bad';
  return html`<tr><th scope="row">${name}</th><td>${expected}</td><td><strong>${at(Math.floor((values.length - 1) / 2))}</strong></td><td>${
    values.length === 0 ? missing : texts.figures.between(at(0), at(values.length - 1))
  }</td><td class="${tone}"><strong>${texts.repeat.runs(met, results.length)}</strong></td></tr>`;
}
