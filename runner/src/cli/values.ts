import type { Values } from './command.ts';
import { usage } from './parse.ts';

/** The value of an option that is a web address, without a slash at its end. @throws PadoError ERR_PADO_USAGE */
export function url(values: Values, option: string): string | undefined {
  const text = values.string(option);
  if (text === undefined) return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw usage(`--${option} ${text}: not a URL such as http://127.0.0.1:9090`);
  return text.replace(/\/+$/, '');
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
}

/** The value of an option that is a number. @throws PadoError ERR_PADO_USAGE for one that is outside of the range. */
export function number(values: Values, option: string, { min, max, whole }: Range): number | undefined {
  const text = values.string(option);
  if (text === undefined) return undefined;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max && (whole !== true || Number.isInteger(value))) return value;
  throw usage(`--${option} ${text}: not a ${whole === true ? 'whole ' : ''}number from ${min} to ${max}`);
}
