import type { ProbeResult } from '../contracts.ts';

/** What was observed and what would have been right, such as `was 12.3%, not < 5%`. */
export function missInWords({ value, unit = '', expected, output }: ProbeResult): string {
  if (value === null && output === undefined) return `had no data, not ${expected}`;
  return `was ${observed(value, output)}${unit === '%' ? '%' : unit === '' ? '' : ` ${unit}`}, not ${expected}`;
}

/** Three digits tell enough; of an answer that failed, why it did. */
function observed(value: ProbeResult['value'], output: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(3)));
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value !== null) return String(value);
  const { reason } = (output ?? {}) as { readonly reason?: unknown };
  return typeof reason === 'string' ? `no answer (${reason})` : 'no such value';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
