import type { Arm } from '../arms.ts';
import type { Texts } from '../text/en.ts';
import { named } from './drawn.ts';

/** A dashed line across a chart. */
export interface Limit {
  readonly value: number;
  readonly label: string;
}

/** The bound of the probe that has the chart's name; from words such as `< 0.5 s` or `≥ 99%`. */
export function toleranceOf(arms: readonly Arm[], name: string, { charts }: Texts): Limit | undefined {
  const probes = arms.flatMap(({ pado }) => pado.probes).filter((one) => one.name === name);
  const probe = probes.find(({ window }) => window !== 'before') ?? probes[0];
  const [, bound, unit = ''] = probe?.expected.match(/^[<≤>≥=] (-?[\d.]+(?:e[+-]?\d+)?) ?(.*)$/) ?? [];
  if (probe === undefined || bound === undefined) return undefined;
  const value = Number(bound) / (unit === 'ms' && probe.unit !== 'ms' ? 1_000 : 1);
  return Math.abs(value) < 1e12 ? { value, label: `${charts.tolerance} ${probe.expected}` } : undefined;
}

/** The gateway's in-flight cap. */
export function capOf(arm: Arm, { charts }: Texts): Limit | undefined {
  const value = named(arm, 'cap')
    .flatMap(({ points }) => points)
    .findLast(([, cap]) => cap !== null)?.[1];
  return value === undefined || value === null ? undefined : { value, label: `${charts.cap} ${value}` };
}
