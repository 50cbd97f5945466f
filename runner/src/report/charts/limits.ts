import type { Arm } from '../arms.ts';
import { texts } from '../text.ts';
import { named } from './drawn.ts';

/** A dashed line across a chart. */
export interface Limit {
  readonly value: number;
  readonly label: string;
}

/** The bound, in seconds, of the probe that has the chart's name; from words such as `< 0.5 s`. */
export function toleranceOf(arms: readonly Arm[], name: string): Limit | undefined {
  const probe = arms.flatMap(({ pado }) => pado.probes).find((one) => one.name === name);
  const [, bound, unit] = probe?.expected.match(/^[<≤] ([\d.]+) (s|ms)$/) ?? [];
  if (probe === undefined || bound === undefined) return undefined;
  return { value: Number(bound) / (unit === 'ms' ? 1_000 : 1), label: `${texts.charts.tolerance} ${probe.expected}` };
}

/** The gateway's in-flight cap. */
export function capOf(arm: Arm): Limit | undefined {
  const value = named(arm, 'cap')
    .flatMap(({ points }) => points)
    .findLast(([, cap]) => cap !== null)?.[1];
  return value === undefined || value === null ? undefined : { value, label: `${texts.charts.cap} ${value}` };
}
