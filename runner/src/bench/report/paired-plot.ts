import { number } from '../../report/facts/format.ts';
import { type Html, html } from '../../report/html.ts';
import type { ArmName, BenchRun } from '../contracts.ts';
import { median } from '../stats/summary.ts';
import type { Pair } from './pairs.ts';

export interface PlotOptions {
  readonly label: string;
  readonly unit: string;
  readonly names: Readonly<Record<ArmName, string>>;
  readonly value: (run: BenchRun) => number;
  /** The value is only the least that it can be. */
  readonly isCensored?: (run: BenchRun) => boolean;
}

const size = { width: 560, height: 340 };
const area = { left: 64, right: 540, top: 18, bottom: 288 };
const columns: Readonly<Record<ArmName, number>> = { a: 190, b: 414 };
const arms = ['a', 'b'] as const;

/** Each pair is two dots that a line joins: what counts is how the lines go. Less is better in both plots. */
export function pairedPlot(pairs: readonly Pair[], { label, unit, names, value, isCensored }: PlotOptions): Html {
  const values = pairs.flatMap(({ a, b }) => [value(a), value(b)]);
  const step = niceStep(Math.max(...values, 0));
  const most = step * Math.max(1, Math.ceil(Math.max(...values, 0) / step));
  const y = (one: number): number => round(area.bottom - (one / most) * (area.bottom - area.top));
  const ticks = Array.from({ length: Math.round(most / step) + 1 }, (_, index) => index * step);
  const middle = (arm: ArmName): number => median(pairs.map((pair) => value(pair[arm])));
  const told = `${label}: median ${number(middle('a'))} ${unit} with ${names.a}, ${number(middle('b'))} ${unit} with ${names.b}; ${pairs.filter(({ a, b }) => value(b) < value(a)).length} of ${pairs.length} pairs are better with ${names.b}.`;
  return html`<svg class="paired" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${told}">${ticks.map(
    (tick) =>
      html`<line class="grid" x1="${area.left}" x2="${area.right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${area.left - 8}" y="${y(tick) + 5}" text-anchor="end">${number(tick)} ${unit}</text>`,
  )}${pairs.map(({ pair, a, b }) => {
    const tone = value(b) < value(a) ? 'better' : value(b) > value(a) ? 'worse' : 'same';
    return html`<line class="pair ${tone}" x1="${columns.a}" x2="${columns.b}" y1="${y(value(a))}" y2="${y(value(b))}"><title>pair ${pair + 1}: ${number(value(a))} ${unit}, ${number(value(b))} ${unit}</title></line>`;
  })}${arms.map(
    (arm) =>
      html`${pairs.map((pair) => mark(columns[arm], y(value(pair[arm])), arm, isCensored?.(pair[arm]) === true))}${drawMedian(columns[arm], y(middle(arm)), arm, `${number(middle(arm))} ${unit}`)}<text class="name" x="${columns[arm]}" y="${area.bottom + 32}" text-anchor="middle">${short(names[arm])}</text>`,
  )}</svg>`;
}

/** A triangle points up to where the value really is. */
const mark = (x: number, y: number, arm: ArmName, isCensored: boolean): Html =>
  isCensored
    ? html`<path class="dot ${arm} censored" d="M${x} ${y - 8} L${x + 7} ${y + 5} L${x - 7} ${y + 5} z"/>`
    : html`<circle class="dot ${arm}" cx="${x}" cy="${y}" r="5.5"/>`;

/** Beside the dots, away from the lines. */
function drawMedian(x: number, y: number, arm: ArmName, text: string): Html {
  const [from, to, at, anchor] = arm === 'a' ? [x - 34, x - 14, x - 40, 'end'] : [x + 14, x + 34, x + 40, 'start'];
  return html`<line class="median ${arm}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/><text class="median" x="${at}" y="${y + 5}" text-anchor="${anchor}">${text}</text>`;
}

const short = (name: string): string => (name.length > 26 ? `${name.slice(0, 25)}…` : name);
const round = (value: number): number => Math.round(value * 10) / 10;

/** 1, 2 or 5 times a power of ten, so that about five fit. */
function niceStep(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most / 5));
  return ([1, 2, 5, 10].find((factor) => factor * power * 5.5 >= most) ?? 10) * power;
}
