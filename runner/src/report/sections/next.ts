import type { Arm } from '../arms.ts';
import { bystander, edgeToProtect, familiesOf, policyFile } from '../facts/advice.ts';
import { placeInWords } from '../facts/arrivals.ts';
import { elapsed } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { section } from './framed.ts';

/** What to do after the last run: it depends on its verdict, on what the fault did, and on where the wave went. */
export function nextSection(arms: readonly Arm[], texts: Texts): Html | undefined {
  const last = arms.at(-1);
  if (last === undefined) return undefined;
  const { next: words } = texts;
  const { verdict } = last.pado;
  const ideas = [...(verdict === 'deviated' || verdict === 'aborted' ? found(last, texts) : []), ...words[verdict]];
  return section(
    'next',
    words.title,
    html`<ol class="next">${ideas.map((idea) => html`<li>${idea}</li>`)}</ol>${verdict === 'deviated' && remedy(last, texts)}`,
  );
}

/** What this run itself points at. */
function found({ pado }: Arm, { next: words, map }: Texts): readonly string[] {
  const [first] = pado.arrivals ?? [];
  const other = bystander(pado);
  return [
    ...(first === undefined ? [] : [words.first(placeInWords(first, map.users), elapsed(first.afterMs))]),
    ...familiesOf(pado).map((family) => words.failures[family]),
    ...(other === undefined ? [] : [words.shared(other)]),
    ...(pado.recovery?.recoveredAfterMs === null ? [words.unrecovered] : []),
  ];
}

/** A policy to try and the commands to try it with. */
function remedy({ pado }: Arm, { next: words }: Texts): Html | undefined {
  const edge = edgeToProtect(pado);
  if (edge === undefined) return undefined;
  const file = experimentFile(pado.id);
  const commands = [
    'pado policy set limits.yaml',
    `pado run ${file}`,
    `pado report .pado/runs/${pado.id} .pado/runs/NEXT`,
  ].join('\n');
  return html`<p>${words.policy(edge.from, edge.to)}</p><pre tabindex="0">${policyFile(edge, familiesOf(pado), pado)}</pre>
<p>${words.commands}</p><pre tabindex="0">${commands}</pre><p class="muted">${words.preset}</p>`;
}

/** A run's id is its time, the experiment's name and the policies' name. */
function experimentFile(id: string): string {
  const [, name] = /^\d{8}t\d{6}z-(.+)-[a-z0-9]+(?:-\d+)?$/.exec(id) ?? [];
  return name === undefined ? 'FILE' : `experiments/${name}.yaml`;
}
