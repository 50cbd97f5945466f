import { missing, number, rate, time } from '../facts/format.ts';
import { texts } from '../text.ts';
import type { ChartLine, Panel } from './panels.ts';

const inUnit: Readonly<Record<Panel['unit'], (value: number) => string>> = {
  s: time,
  rps: rate,
  count: number,
  ratio: (value) => `${number(value * 100)}%`,
};

/** What a chart shows, for those who do not see it. */
export function inWords({ title, unit, x, lines, shades, limit }: Panel): string {
  const end = Math.max(0, ...shades.map(([, to]) => to));
  const highest = ({ values }: ChartLine, fits: (second: number) => boolean): string => {
    const known = values.flatMap((value, index) => (value !== null && fits(x[index] ?? 0) ? [value] : []));
    return known.length === 0 ? missing : inUnit[unit](Math.max(...known));
  };
  const told = lines.map((line) =>
    end === 0
      ? texts.charts.told(
          line.label,
          highest(line, () => true),
        )
      : texts.charts.toldByWindow(
          line.label,
          highest(line, (second) => second < 0),
          highest(line, (second) => second >= 0 && second <= end),
          highest(line, (second) => second > end),
        ),
  );
  return [`${title}.`, ...told, ...(limit === undefined ? [] : [`${limit.label}.`])].join(' ');
}
