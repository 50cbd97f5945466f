import { problemOfPath } from '../jsonpath2.ts';
import { pythonRegExp } from '../python-regex.ts';
import type { ProbeProvider } from '../schema.ts';
import type { Path } from '../source.ts';
import type { ResponseTolerance, Tolerance } from '../tolerance-schema.ts';
import type { Report } from './walk.ts';

/** Whether it can be met at all, and its patterns parse. */
export function checkTolerance(tolerance: Tolerance, provider: ProbeProvider, path: Path, report: Report): void {
  if (givesNumber(provider)) checkNumeric(tolerance, provider, path, report);
  if (typeof tolerance !== 'object') return;
  if (isList(tolerance)) {
    // Of an answer with a status a list is the statuses that are right, in any order.
    if (givesNumber(provider) && tolerance.length === 2) checkOrder(tolerance[0], tolerance[1], path, report);
    return;
  }
  switch (tolerance.type) {
    case 'range':
      checkOrder(tolerance.range[0], tolerance.range[1], path, report);
      return;
    case 'compare':
      if (tolerance.comparator === 'between') checkOrder(tolerance.value, tolerance.upper, path, report);
      checkSpare(tolerance.comparator, tolerance, path, report);
      return;
    case 'regex':
      checkRegex(tolerance.pattern, [...path, 'pattern'], report);
      return;
    case 'jsonpath': {
      const wrong = problemOfPath(tolerance.path);
      if (wrong !== undefined)
        report([...path, 'path'], `\`path\` is no JSONPath: ${wrong}; such as $.items[*].status`);
      if (tolerance.count !== undefined && !Number.isInteger(tolerance.count)) {
        report([...path, 'count'], `\`count\` is ${tolerance.count}; it should be a whole number`);
      }
      return;
    }
    case 'response':
      checkResponse(tolerance, provider, path, report);
      return;
    case 'probe':
      return;
  }
}

const isList = (tolerance: Tolerance): tolerance is readonly (string | number | boolean)[] => Array.isArray(tolerance);

const givesNumber = (provider: ProbeProvider): boolean =>
  provider.type === 'prometheus' ||
  provider.type === 'slo' ||
  provider.type === 'k6' ||
  (provider.type === 'kubernetes' && provider.probe !== 'condition') ||
  (provider.type === 'aws' && provider.probe !== 'alarm-state');

function checkNumeric(tolerance: Tolerance, { type }: ProbeProvider, path: Path, report: Report): void {
  const remedy = `${type} gives a number, so the tolerance should be a number, [lowest, highest], or {type: compare, comparator: '<', value: 0.5}`;
  const isNumber = (value: unknown) => value === undefined || typeof value === 'number';
  if (typeof tolerance === 'boolean' || typeof tolerance === 'string') {
    report(path, `\`tolerance\` is ${JSON.stringify(tolerance)}, which would never fit: ${remedy}`);
  } else if (isList(tolerance)) {
    if (!tolerance.every(isNumber)) report(path, `\`tolerance\` holds what is no number: ${remedy}`);
  } else if (typeof tolerance === 'object') {
    if (['response', 'jsonpath', 'regex'].includes(tolerance.type)) {
      report(path, `the tolerance is of type ${tolerance.type}, which would never fit: ${remedy}`);
    } else if (
      tolerance.type === 'compare' &&
      !(isNumber(tolerance.value) && (tolerance.values ?? []).every(isNumber))
    ) {
      report(path, `the tolerance compares with what is no number: ${remedy}`);
    }
  }
}

function checkOrder(lowest: unknown, highest: unknown, path: Path, report: Report): void {
  if (typeof lowest !== 'number' || typeof highest !== 'number' || lowest <= highest) return;
  report(path, `\`tolerance\` ends (${highest}) before it begins (${lowest}): nothing would ever fit`);
}

/** Fields that another comparator reads. */
function checkSpare(comparator: string, fields: object, path: Path, report: Report): void {
  const spare = (field: string, of: string) => {
    if (field in fields && comparator !== of) {
      report([...path, field], `\`${field}\` is for \`comparator: ${of}\`: leave it out`);
    }
  };
  spare('upper', 'between');
  spare('values', 'oneOf');
}

function checkRegex(pattern: string, path: Path, report: Report): void {
  try {
    pythonRegExp(pattern);
  } catch (error) {
    // "Invalid regular expression: /(/u: Unterminated group"
    const why = (error as Error).message.split(': ').at(-1);
    report(path, `${JSON.stringify(pattern)} is no regular expression: ${why}`);
  }
}

function checkResponse(tolerance: ResponseTolerance, provider: ProbeProvider, path: Path, report: Report): void {
  const { type, failed, ...asked } = tolerance;
  if (provider.type !== 'http' && !givesNumber(provider)) {
    report(path, `a tolerance of type response is for the provider http, and this is ${provider.type}`);
  }
  if (failed !== true && Object.keys(asked).length === 0) {
    report(path, `the tolerance asks nothing of the ${type}: add status, headers, body, within or failed`);
  }
  if (failed === true && Object.keys(asked).some((field) => field !== 'within')) {
    const message = '`failed: true` means that no answer comes: leave out status, headers and body, or `failed`';
    report([...path, 'failed'], message);
  }
  for (const status of [tolerance.status ?? []].flat()) {
    if (Number.isInteger(status) && status >= 100 && status <= 599) continue;
    report([...path, 'status'], `${JSON.stringify(status)} is no status of HTTP: a whole number from 100 to 599`);
  }
  for (const [name, pattern] of Object.entries(tolerance.headers ?? {})) {
    checkRegex(pattern, [...path, 'headers', name], report);
  }
  if (tolerance.body !== undefined) checkRegex(tolerance.body, [...path, 'body'], report);
}
