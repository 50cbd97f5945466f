import { parseDuration } from '../../../agent/fault/src/duration.ts';
import { PadoError } from '../../../agent/fault/src/errors.ts';
import { nearest } from '../../../agent/fault/src/nearest.ts';

export const invalid = (message: string): PadoError => new PadoError('ERR_PADO_INVALID', message);

/** Refuses what is not an object, and fields that nobody knows. */
export function checkFields(what: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is ${JSON.stringify(value)}: it should be an object with ${known.join(', ')}`);
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    const meant = nearest(field, known);
    throw invalid(
      `${what} has no field ${field}${meant === undefined ? '' : `: did you mean ${meant}?`} (known: ${known.join(', ')})`,
    );
  }
}

/** Milliseconds. */
export function durationOf(what: string, value: unknown, { from = 0, to = 3_600_000 } = {}): number {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined)
    throw invalid(`${what} is ${JSON.stringify(value)}: it should be a text such as '250ms', '30s' or '1m30s'`);
  if (ms < from) throw invalid(`${what} is ${value}: it should be at least ${from}ms`);
  if (ms > to) throw invalid(`${what} is ${value}: at most ${to / 1_000}s, so that no fault is forgotten`);
  return ms;
}

export function numberOf(what: string, value: unknown, like: { from: number; to: number; whole?: boolean }): number {
  const { from, to, whole = true } = like;
  if (typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  throw invalid(
    `${what} is ${JSON.stringify(value)}: it should be a ${whole ? 'whole ' : ''}number from ${from} to ${to}`,
  );
}

export function textOf(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid(`${what} is ${JSON.stringify(value)}: it should be a text`);
}

export function labelsOf(what: string, value: unknown, { least = 1 } = {}): Readonly<Record<string, string>> {
  checkFields(what, value, ['labels']);
  const { labels = {} } = value as { labels?: Record<string, unknown> };
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    throw invalid(`${what}.labels is ${JSON.stringify(labels)}: it should be an object such as {app: 'payments'}`);
  for (const [name, text] of Object.entries(labels)) textOf(`${what}.labels["${name}"]`, text);
  if (Object.keys(labels).length < least)
    throw invalid(`${what}.labels is empty and would hit everything: name a label`);
  return labels as Readonly<Record<string, string>>;
}

/** The entries of a text such as `/ping, /about`. */
export const listOf = (what: string, value: unknown): string[] =>
  textOf(what, value)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
