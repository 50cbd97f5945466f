import { createHash } from 'node:crypto';
import type { Assets } from '../../report/assets.ts';
import { Html, html } from '../../report/html.ts';
import { palette } from '../../report/map/style.ts';
import type { BenchRun, BenchSummary } from '../contracts.ts';
import { pairsOf } from './pairs.ts';
import { goodputSection } from './sections/goodput.ts';
import { methodSection } from './sections/method.ts';
import { metricsSection } from './sections/metrics.ts';
import { pairsSection } from './sections/pairs.ts';
import { runsSection } from './sections/runs.ts';
import { benchStyle } from './style.ts';

export interface BenchPage {
  readonly summary: BenchSummary;
  /** In the order of execution. */
  readonly runs: readonly BenchRun[];
  /** As it was typed. */
  readonly command: string;
}

const tones = { better: 'ok', worse: 'bad', none: 'warn' } as const;

/** The page of a benchmark, in English. Its policy forbids every request, and every script but ours. */
export function benchPage({ summary, runs, command }: BenchPage, assets: Assets): string {
  const { experiment, a, b, claim, sentence } = summary;
  const script = `sha256-${createHash('sha256').update(assets.script).digest('base64')}`;
  const pairs = pairsOf(runs);
  const sections: readonly (readonly [id: string, title: string, content: Html | undefined])[] = [
    ['metrics', 'What differs', metricsSection(summary, runs)],
    ['pairs', 'Pair by pair', pairsSection(summary, pairs)],
    ['goodput', 'Good answers over time', goodputSection(summary, runs)],
    ['runs', 'Every run', runsSection(runs)],
    ['method', 'How it was measured', methodSection(summary, command)],
  ];
  const present = sections.filter(([, , content]) => content !== undefined);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${new Html(script)}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${experiment}: ${b} against ${a} · Pado</title>
<style>:root { ${new Html(palette.light)} } @media screen and (prefers-color-scheme: dark) { :root:not(.paper) { ${new Html(palette.dark)} } }
${new Html(assets.style)}${new Html(benchStyle)}</style></head>
<body><main>
<p class="kicker">Pado · benchmark of ${experiment}</p><h1>${b} against ${a}</h1>
<p class="headline ${tones[claim]}">${codes(sentence)}</p>
<p class="lead">${counted(summary)}</p>
<nav aria-label="Contents"><ul>${present.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${present.map(([, , content]) => content)}
</main>
<script>${new Html(assets.script)}</script></body></html>
`.text;
}

/** Names between backquotes are code. */
const codes = (sentence: string): readonly Html[] =>
  sentence.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));

function counted({ pairs, wantedPairs, voidRuns, quick, seed }: BenchSummary): string {
  const runs = voidRuns === 1 ? '1 run is void' : `${voidRuns} runs are void`;
  return [
    `${pairs} of ${wantedPairs} ${wantedPairs === 1 ? 'pair counts' : 'pairs count'}`,
    ...(voidRuns === 0 ? [] : [runs]),
    `seed ${seed}`,
    ...(quick ? ['quick: a look, no measurement'] : []),
  ].join(' · ');
}
