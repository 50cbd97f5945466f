import type { Estimate } from './stats.ts';

export const fixed = (value: number, digits = 2): string => value.toFixed(digits);
/** A signed number such as +0.41. */
export const change = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

const between = (low: number, high: number, text: (value: number) => string): string =>
  Number.isNaN(low) ? '(no interval)' : `[${text(low)}, ${text(high)}]`;

/** `1.003 [0.998, 1.009]` */
export const interval = ({ median, low, high }: Estimate, digits = 3): string =>
  `${fixed(median, digits)} ${between(low, high, (value) => fixed(value, digits))}`;

/** `+0.4 [−0.1, +0.8] µs` */
export const shift = ({ median, low, high }: Estimate, unit: string, digits = 2): string =>
  `${change(median, digits)} ${between(low, high, (value) => change(value, digits))} ${unit}`;
