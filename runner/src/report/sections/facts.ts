import type { Arm } from '../arms.ts';
import { elapsed, missing, number } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { section } from './framed.ts';

/** Everything else that the journals hold and a reader may ask for. */
export const factsSection = (arms: readonly Arm[], texts: Texts): Html =>
  section('facts', texts.facts.title, html`${arms.map((arm) => facts(arm, texts))}`);

function facts({ journal, pado, label }: Arm, { facts: words, windows }: Texts): Html {
  const { load } = pado;
  const rows: readonly (readonly [string, string])[] = [
    [words.id, pado.id],
    [words.verdict, `${pado.verdict}: ${pado.reason}`],
    [words.status, journal.status],
    [words.policies, pado.policies],
    [words.start, journal.start],
    [words.end, journal.end],
    [words.duration, elapsed(journal.duration * 1_000)],
    [words.platform, journal.platform],
    [words.node, journal.node],
    [words.chaoslib, `chaoslib ${journal['chaoslib-version']}, pado ${pado.version ?? missing}`],
    ...(load === undefined ? [] : [[words.load, `${load.script}, ${words.requests(number(load.requests))}`] as const]),
  ];
  const queries = [...new Map(pado.probes.map((probe) => [probe.name, probe])).values()].filter(
    ({ query }) => query !== undefined,
  );
  const answers = pado.probes.filter(({ output }) => output !== undefined && output !== null);
  return html`<details><summary>${words.run(label)}</summary>
<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${
  queries.length > 0 &&
  html`<h3>${words.queries}</h3><dl class="queries">${queries.map(
    ({ name, expected, query }) => html`<dt>${name} ${expected}</dt><dd><code>${query}</code></dd>`,
  )}</dl>`
}
${
  answers.length > 0 &&
  html`<h3>${words.answers}</h3><dl class="queries">${answers.map(
    ({ name, window, output }) => html`<dt>${name} (${windows[window]})</dt><dd><code>${indented(output)}</code></dd>`,
  )}</dl>`
}
<h3>${words.experiment}</h3><pre tabindex="0">${indented(journal.experiment)}</pre>
${pado.faults.length > 0 && html`<h3>${words.fault}</h3><pre tabindex="0">${indented(pado.faults)}</pre>`}
</details>`;
}

const indented = (value: unknown): string => JSON.stringify(value, null, 2) ?? '';
