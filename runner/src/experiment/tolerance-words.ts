import { isObject } from '../is-object.ts';
import type { ResponseTolerance, Tolerance } from './tolerance-schema.ts';

/** A pattern that any text fits needs no words. */
const anyText = /^\^?\.?[*+]?\$?$/;

/**
 * The tolerance in plain words, such as `< 0.5 s`, `0 to 1` or `answers 503 with Retry-After within 100 ms`.
 * `hasStatus`: the answer is one of http or process, whose status a number or a list is compared with.
 */
export function inWords(tolerance: Tolerance, unit = '', hasStatus = false): string {
  const tail = unit === '' ? '' : unit === '%' ? '%' : ` ${unit}`;
  if (Array.isArray(tolerance)) {
    if (hasStatus) return `status ${or(tolerance)}`;
    return tolerance.length === 2 ? `${tolerance[0]} to ${tolerance[1]}${tail}` : `${or(tolerance)}${tail}`;
  }
  if (!isObject(tolerance))
    return hasStatus && typeof tolerance === 'number' ? `status ${tolerance}` : `= ${tolerance}${tail}`;
  if (tolerance.type === 'response') return responseInWords(tolerance);
  if (tolerance.type === 'probe') return `judged by ${tolerance.name}`;
  const target = tolerance.target === undefined ? '' : `${tolerance.target} `;
  switch (tolerance.type) {
    case 'range':
      return `${target}${tolerance.range[0]} to ${tolerance.range[1]}${tail}`;
    case 'regex':
      return `${target}matches ${tolerance.pattern}`;
    case 'jsonpath': {
      const { path, count } = tolerance;
      const found =
        'expect' in tolerance
          ? JSON.stringify(tolerance.expect)
          : count === undefined
            ? 'something'
            : `${count} values`;
      return `${target}${path} finds ${found}`;
    }
    case 'compare': {
      const { comparator, value, upper, values = [] } = tolerance;
      if (comparator === 'between') return `${target}${value} to ${upper}${tail}`;
      if (comparator === 'oneOf') return `${target}${or(values)}${tail}`;
      const sign = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '==': '=', '!=': '≠' }[comparator];
      return `${target}${sign} ${value}${tail}`;
    }
  }
}

function responseInWords({ status, headers = {}, body, within, failed }: ResponseTolerance): string {
  const time =
    within === undefined ? '' : ` within ${within.replace(/(?<=\d)(?=[a-z])/g, ' ').replace(/(?<=[a-z])(?=\d)/g, ' ')}`;
  if (failed === true) return `no answer${time}`;
  const parts = [
    ...Object.entries(headers).map(([name, pattern]) =>
      anyText.test(pattern) ? canonical(name) : `${canonical(name)} like ${pattern}`,
    ),
    ...(body === undefined ? [] : [`a body like ${body}`]),
  ];
  const answers = status === undefined ? 'answers' : `answers ${or([status].flat())}`;
  return `${answers}${parts.length === 0 ? '' : ` with ${parts.join(' and ')}`}${time}`;
}

const canonical = (header: string): string => header.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

const or = (values: readonly unknown[]): string =>
  values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
