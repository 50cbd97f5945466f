import { missing, number, rate, time } from '../facts/format.ts';
import type { Texts } from '../text/en.ts';
import type { ChartLine, Panel } from './panels.ts';

const inUnit: Readonly<Record<string, (value: number) => string>> = {
  s: time,
  rps: rate,
  count: number,
  ratio: (value) => `${number(value * 100)}%`,
};

/** A value in a chart's unit; units of probes are the user's own words. */
const valueIn = (unit: string, value: number): string =>
  inUnit[unit]?.(value) ?? `${number(value)}${unit === '' || unit === '%' ? unit : ` ${unit}`}`;

/** What a chart shows, for those who do not see it. */
export function inWords({ title, unit, x, lines, shades, limit }: Panel, { charts }: Texts): string {
  const end = Math.max(0, ...shades.map(([, to]) => to));
  const highest = ({ values }: ChartLine, fits: (second: number) => boolean): string => {
    const known = values.flatMap((value, index) => (value !== null && fits(x[index] ?? 0) ? [value] : []));
    return known.length === 0 ? missing : valueIn(unit, Math.max(...known));
  };
  const told = lines.map((line) =>
    end === 0
      ? charts.told(
          line.label,
          highest(line, () => true),
        )
      : charts.toldByWindow(
          line.label,
          highest(line, (second) => second < 0),
          highest(line, (second) => second >= 0 && second <= end),
          highest(line, (second) => second > end),
        ),
  );
  return [`${title}.`, ...told, ...(limit === undefined ? [] : [`${limit.label}.`])].join(' ');
}
