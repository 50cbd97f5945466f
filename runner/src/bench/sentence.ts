import type { Claim } from './claim.ts';
import type { Comparison, Interval } from './contracts.ts';
import type { Change } from './stats/relative-change.ts';

export interface SentenceInput {
  /** Names of the arms. */
  readonly a: string;
  readonly b: string;
  readonly primary: Comparison | null;
  readonly change: Change | null;
  readonly claim: Claim;
}

/**
 * The verdict in a sentence: `full` loses 3.1 s of SLO against 41.7 s, −92% [−95, −88], 8 pairs, p = 0.008.
 * Seconds are means over the runs, whose ratio is the percentage (stats/relative-change.ts says how its interval is made).
 * Where there is no percentage (the seconds are medians then), or its interval does not lie on the claim's side of 0, the
 * difference that was tested and its interval stand there.
 */
export function sentenceOf({ a, b, primary, change, claim }: SentenceInput): string {
  if (claim.claim === 'none' || primary === null) {
    const whys = claim.reasons.map(({ why }) => why).join('; ');
    const remedies = [...new Set(claim.reasons.map(({ remedy }) => remedy))].join('; ');
    return `Nothing can be claimed of \`${b}\` against \`${a}\`: ${whys}. What helps: ${remedies}.`;
  }
  const better = claim.claim === 'better';
  const [ofA, ofB] = change === null ? [primary.a, primary.b] : [change.a, change.b];
  const decimals = decimalsOf(primary.interval);
  const figures = [
    `\`${b}\` loses ${fixed(ofB, decimals)} s of SLO against ${fixed(ofA, decimals)} s`,
    change !== null && agrees(change, better) ? percentage(change) : difference(primary),
    `${primary.pairs} pairs`,
    pText(primary.p),
  ];
  // The figures alone are easily read the wrong way round.
  return better ? figures.join(', ') : `${figures.join(', ')}: worse than \`${a}\``;
}

/** The mean and the Hodges–Lehmann estimate may differ where few runs differ much. */
const agrees = ({ interval }: Change, better: boolean): boolean => (better ? interval.high < 0 : interval.low > 0);

/** As many digits as the interval bears: the last one is not finer than a tenth of its width, nor than 0.01. */
function decimalsOf({ low, high }: Interval): number {
  const width = high - low;
  return width <= 0 ? 1 : Math.max(0, Math.min(2, -Math.floor(Math.log10(width / 10))));
}

function percentage({ percent, interval }: Change): string {
  const figures = [percent, interval.low, interval.high];
  const width = interval.high - interval.low;
  // −100% is said of no loss at all only, and an end that is not 0 does not read 0.
  const seemsWhole = (value: number) => [0, -100].includes(Math.round(value)) && Math.round(value) !== value;
  const decimals = (width > 0 && width < 1) || figures.some(seemsWhole) ? 1 : 0;
  const [middle, low, high] = figures.map((value) => fixed(value > -100 ? Math.max(value, -99.9) : value, decimals));
  return `${percent > 0 ? '+' : ''}${middle}% [${low}, ${high}]`;
}

function difference({ estimate, interval }: Comparison): string {
  const decimals = decimalsOf(interval);
  const [middle, low, high] = [estimate, interval.low, interval.high].map((value) => fixed(value, decimals));
  return `${estimate > 0 ? '+' : ''}${middle} s [${low}, ${high}]`;
}

/** With a true minus sign, and none before a zero. */
function fixed(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
}

export function pText(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  const short = p.toFixed(p < 0.1 ? 3 : 2);
  // What is under the level must not be rounded up to it.
  return `p = ${p < 0.05 && Number(short) === 0.05 ? p.toFixed(4) : short}`;
}
