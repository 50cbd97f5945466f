import type { Tolerance } from './tolerance-schema.ts';

/** Whether a value lies within the tolerance. */
export function meets(value: number, tolerance: Tolerance): boolean {
  if (typeof tolerance === 'number') return value === tolerance;
  if (isList(tolerance)) return within(value, tolerance);
  if (tolerance.type === 'range') return within(value, tolerance.range);
  switch (tolerance.comparator) {
    case '<':
      return value < tolerance.value;
    case '<=':
      return value <= tolerance.value;
    case '>':
      return value > tolerance.value;
    case '>=':
      return value >= tolerance.value;
    case '==':
      return value === tolerance.value;
    case '!=':
      return value !== tolerance.value;
    case 'between':
      return within(value, [tolerance.value, tolerance.upper ?? tolerance.value]);
  }
}

/** The tolerance in words, such as `< 0.5 s` or `0 to 1`. */
export function inWords(tolerance: Tolerance, unit = ''): string {
  const tail = unit === '' ? '' : unit === '%' ? '%' : ` ${unit}`;
  if (typeof tolerance === 'number') return `= ${tolerance}${tail}`;
  if (isList(tolerance)) return `${tolerance[0]} to ${tolerance[1]}${tail}`;
  if (tolerance.type === 'range') return `${tolerance.range[0]} to ${tolerance.range[1]}${tail}`;
  if (tolerance.comparator === 'between') return `${tolerance.value} to ${tolerance.upper}${tail}`;
  const sign = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '==': '=', '!=': '≠' }[tolerance.comparator];
  return `${sign} ${tolerance.value}${tail}`;
}

const isList = (tolerance: Tolerance): tolerance is readonly number[] => Array.isArray(tolerance);

const within = (value: number, [lowest = Number.NaN, highest = Number.NaN]: readonly number[]): boolean =>
  lowest <= value && value <= highest;
