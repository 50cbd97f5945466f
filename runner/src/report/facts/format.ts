import { formatDuration } from '@pado/fault';

/** Numbers for people. A value that is missing is shown as such, never as 0. */
export const missing = '–';

/** At most three significant digits, thousands apart: 1,234 · 85.2 · 0.085 · 1.5e+21. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return missing;
  if (Math.abs(value) >= 1e12) return value.toExponential(2);
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** A duration in milliseconds as 85 ms, 2.49 s or 1 min 20 s. */
export function elapsed(ms: number): string {
  if (Math.abs(ms) < 60_000 || !(Math.abs(ms) < 1e12)) return time(ms / 1_000);
  return formatDuration(ms);
}

/** Seconds as 85 ms or 2.49 s. */
export function time(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return missing;
  return Math.abs(seconds) < 1 ? `${number(seconds * 1_000)} ms` : `${number(seconds)} s`;
}

/** A share from 0 to 1 as a percentage; what is not nothing does not read as 0%. */
export function share(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return missing;
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.1) return '<0.1%';
  if (percent < 100 && percent > 99.9) return '>99.9%';
  return Math.abs(percent) < 1e6
    ? `${Number(percent.toFixed(1))}%`
    : Number.isFinite(percent)
      ? `${number(percent)}%`
      : missing;
}

export const rate = (perSecond: number | null | undefined): string =>
  perSecond === null || perSecond === undefined ? missing : `${number(perSecond)}/s`;

/** A probe's value in its own unit, so that it compares with the tolerance beside it. */
export function observed(value: number | string | boolean | null, unit = '', noData = 'no data'): string {
  if (value === null) return noData;
  if (typeof value !== 'number') return String(value);
  return `${number(value)}${unit === '' || unit === '%' ? unit : ` ${unit}`}`;
}

/** ✓ met, ✗ missed, ? without data. */
export const sign = (met: boolean | null): string => (met === null ? '?' : met ? '✓' : '✗');
