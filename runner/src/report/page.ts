import { createHash } from 'node:crypto';
import type { Journal } from '../contracts.ts';
import { armsOf, titleOf } from './arms.ts';
import type { Assets } from './assets.ts';
import { panelGroups } from './charts/panels.ts';
import { Html, html } from './html.ts';
import { mapStyle, palette } from './map/style.ts';
import { activitiesSection } from './sections/activities.ts';
import { chartsSection } from './sections/charts.ts';
import { doseSection } from './sections/dose.ts';
import { excerptsSection } from './sections/excerpts.ts';
import { factsSection } from './sections/facts.ts';
import { figures } from './sections/figures.ts';
import { hypothesisSection } from './sections/hypothesis.ts';
import { mapSection } from './sections/map.ts';
import { nextSection } from './sections/next.ts';
import { stopSection } from './sections/stop.ts';
import { verdictSection } from './sections/verdict.ts';
import { en, type Texts } from './text/en.ts';

/** The whole report. Its policy forbids every request, and every script but ours. */
export function page(journals: readonly Journal[], assets: Assets, texts: Texts = en): string {
  const arms = armsOf(journals, texts.arms.run.toLowerCase());
  const script = `sha256-${createHash('sha256').update(assets.script).digest('base64')}`;
  const title = (arms[0] && titleOf(arms[0].journal)) ?? texts.untitled;
  const sections: readonly (readonly [id: string, title: string, content: Html | undefined])[] = [
    ['stop', texts.stop.title, stopSection(arms, texts)],
    ['figures', texts.figures.title, figures(arms, texts)],
    ['hypothesis', texts.hypothesis.title, hypothesisSection(arms, texts)],
    ['map', texts.map.title, mapSection(arms, texts)],
    ['charts', texts.charts.title, chartsSection(panelGroups(arms, texts), texts)],
    ['dose', texts.dose.title, doseSection(arms, texts)],
    ['activities', texts.activities.title, activitiesSection(arms, texts)],
    ['excerpts', texts.excerpts.title, excerptsSection(arms, texts)],
    ['next', texts.next.title, nextSection(arms, texts)],
    ['facts', texts.facts.title, factsSection(arms, texts)],
  ];
  const present = sections.filter(([, , content]) => content !== undefined);
  return html`<!doctype html>
<html lang="${texts.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${new Html(script)}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title} · ${texts.pado}</title>
<style>:root { ${new Html(palette.light)} } @media screen and (prefers-color-scheme: dark) { :root:not(.paper) { ${new Html(palette.dark)} } }
${new Html(assets.style)}${new Html(mapStyle)}</style></head>
<body><main>
${verdictSection(arms, texts)}
<nav aria-label="${texts.contents}"><ul>${present.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${present.map(([, , content]) => content)}
</main>
<script>${new Html(assets.script)}</script></body></html>
`.text;
}
