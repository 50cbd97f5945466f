import { createHash } from 'node:crypto';
import type { Journal } from '../contracts.ts';
import { armsOf, titleOf } from './arms.ts';
import { panels } from './charts/panels.ts';
import { Html, html } from './html.ts';
import { mapStyle, palette } from './map/style.ts';
import { chartsSection } from './sections/charts.ts';
import { doseSection } from './sections/dose.ts';
import { factsSection } from './sections/facts.ts';
import { figures } from './sections/figures.ts';
import { hypothesisSection } from './sections/hypothesis.ts';
import { mapSection } from './sections/map.ts';
import { nextSection } from './sections/next.ts';
import { verdictSection } from './sections/verdict.ts';
import { texts } from './text.ts';

/** What is put into the page as it is. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** The whole report. Its policy forbids every request, and every script but ours. */
export function page(journals: readonly Journal[], assets: Assets): string {
  const arms = armsOf(journals);
  const script = `sha256-${createHash('sha256').update(assets.script).digest('base64')}`;
  const title = (arms[0] && titleOf(arms[0].journal)) ?? texts.untitled;
  return html`<!doctype html>
<html lang="${texts.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${new Html(script)}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title} · ${texts.pado}</title>
<style>:root { ${new Html(palette.light)} } @media screen and (prefers-color-scheme: dark) { :root { ${new Html(palette.dark)} } }
${new Html(assets.style)}${new Html(mapStyle)}</style></head>
<body><main>
${verdictSection(arms)}
${figures(arms)}
${hypothesisSection(arms)}
${mapSection(arms)}
${chartsSection(panels(arms))}
${doseSection(arms)}
${nextSection(arms)}
${factsSection(arms)}
</main>
<script>${new Html(assets.script)}</script></body></html>
`.text;
}
