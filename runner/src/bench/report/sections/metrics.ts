import { missing, number } from '../../../report/facts/format.ts';
import { type Html, html } from '../../../report/html.ts';
import { framed, none, section } from '../../../report/sections/framed.ts';
import type { MarkedComparison } from '../../compare.ts';
import type { ArmName, BenchRun, BenchSummary } from '../../contracts.ts';
import { median } from '../../stats/summary.ts';
import { pairsOf } from '../pairs.ts';
import { estimateOf, intervalOf, probability, toneOf, wordsOf } from '../words.ts';

const title = 'What differs';
const tones = { good: 'ok', bad: 'bad', unclear: '' } as const;

/** What is said under a difference. */
function sign(tone: keyof typeof tones, { p, pairs }: MarkedComparison): string {
  if (pairs < 2) return 'one pair';
  if (tone !== 'unclear') return tone === 'good' ? '✓ better' : '✗ worse';
  return p < 0.05 ? 'not shown after Holm' : 'not shown';
}

/** Every metric: the arms, the difference, its interval, and what chance alone would do. */
export function metricsSection(summary: BenchSummary, runs: readonly BenchRun[]): Html {
  const { a, b, primary, secondary, recovered, pairs } = summary;
  if (primary === null) return section('metrics', title, none('No pair counts, so nothing can be compared.'));
  const head = html`<tr><th scope="col">Metric</th><th scope="col" class="arm arm-0">${a}</th><th scope="col" class="arm arm-1">${b}</th><th scope="col">Difference</th><th scope="col">95% interval</th><th scope="col">p</th><th scope="col">p after Holm</th></tr>`;
  const rows = [
    row(primary, 'primary'),
    ...secondary.map((one) => row(one)),
    ...(recovered === null
      ? []
      : [
          html`<tr><th scope="row">Recovered<small>Runs that were as good as their baseline again before the end; McNemar’s exact test.</small></th><td>${recovered.a} of ${pairs}</td><td>${recovered.b} of ${pairs}</td><td>${missing}</td><td>${missing}</td><td>${probability(recovered.p)}</td><td>${missing}</td></tr>`,
        ]),
  ];
  return section(
    'metrics',
    title,
    html`<p class="lead">Medians of the arms over the pairs; the difference is the Hodges–Lehmann estimate over the pairs’ own differences, its interval a bootstrap, p a sign-flip test. The run is the unit. What was named beforehand stands first; the others are adjusted for being many.</p>
<div class="metrics">${framed('Both arms, metric by metric', head, rows)}</div>${amplification(summary, runs)}`,
  );
}

function row(comparison: MarkedComparison, kind?: 'primary'): Html {
  const { label, meaning, value } = wordsOf(comparison);
  const { a, b, p, adjusted, censored } = comparison;
  const tone = toneOf(comparison);
  const cut = (arm: ArmName): Html | undefined =>
    censored !== undefined && censored[arm] > 0
      ? html`<small>${censored[arm]} of ${comparison.pairs} not recovered</small>`
      : undefined;
  return html`<tr class="${kind}"><th scope="row">${label}<small>${meaning}</small></th><td>${value(a)}${cut('a')}</td><td>${value(b)}${cut('b')}</td><td class="${tones[tone]}">${estimateOf(comparison)}<small>${sign(tone, comparison)}</small></td><td>${intervalOf(comparison)}</td><td>${probability(p)}</td><td>${adjusted === undefined ? missing : probability(adjusted)}</td></tr>`;
}

/** Attempts for each call of the code, by edge: where retries multiply. */
function amplification({ a, b }: BenchSummary, runs: readonly BenchRun[]): Html | undefined {
  const pairs = pairsOf(runs);
  const of = (arm: ArmName, edge: string): string => {
    const values = pairs.flatMap((pair) => pair[arm].metrics.amplification[edge] ?? []);
    return values.length === 0 ? missing : `${number(median(values))} ×`;
  };
  const edges = [
    ...new Set(pairs.flatMap((pair) => [pair.a, pair.b]).flatMap(({ metrics }) => Object.keys(metrics.amplification))),
  ];
  if (edges.length === 0) return undefined;
  const caption = 'Attempts for each call, from injection to the end';
  const head = html`<tr><th scope="col">Edge</th><th scope="col" class="arm arm-0">${a}</th><th scope="col" class="arm arm-1">${b}</th></tr>`;
  const rows = edges.map(
    (edge) => html`<tr><th scope="row">${edge}</th><td>${of('a', edge)}</td><td>${of('b', edge)}</td></tr>`,
  );
  return html`<details><summary>${caption}</summary>${framed(caption, head, rows)}</details>`;
}
