import { durationMs, PadoError } from '@pado/fault';
import { isObject } from '../is-object.ts';
import type { Answer } from '../providers/provider.ts';
import { findByPath } from './jsonpath2.ts';
import { pythonRegExp } from './python-regex.ts';
import { between, equals, toNumber } from './python-values.ts';
import type { Compare, JsonPath, ProbeTolerance, Regex, ResponseTolerance, Tolerance } from './tolerance-schema.ts';

/** A longer text is cut where it is shown. */
const longest = 200;

export interface Judged {
  readonly met: boolean;
  /** The part that was judged, such as the status or the text that a pattern found; long texts are cut. */
  readonly value: number | string | boolean | null;
}

type Observed = Pick<Answer, 'output' | 'durationMs'>;

/** Judges by every kind of tolerance that needs no other call. */
export function weigh(answer: Observed, tolerance: Exclude<Tolerance, ProbeTolerance>): Judged {
  const { output } = answer;
  if (isObject(tolerance) && tolerance.type === 'response') return byResponse(answer, tolerance);
  if (isFailed(output)) return { met: false, value: shown(output.reason) };
  if (Array.isArray(tolerance)) return byList(output, tolerance);
  if (!isObject(tolerance)) {
    // Only a number is compared with an answer's status; true is not the status 1.
    const value = typeof tolerance === 'number' ? statusOf(output) : output;
    return { met: equals(value, tolerance), value: shown(value) };
  }
  const part = partOf(output, tolerance.target);
  switch (tolerance.type) {
    case 'range': {
      const value = toNumber(part);
      return { met: between(value, ...(tolerance.range as [number, number])), value: value ?? shown(part) };
    }
    case 'regex':
      return byRegex(part, tolerance);
    case 'jsonpath':
      return byJsonPath(part, tolerance);
    case 'compare':
      return byComparator(tolerance.target === undefined ? statusOf(part) : part, tolerance);
  }
}

/** Which of two numbers is further on the wrong side of a tolerance: the greater strain. */
export function strain(value: number, tolerance: Tolerance | undefined): number {
  const beyond = (lowest: number, highest: number) => Math.max(lowest - value, value - highest);
  if (typeof tolerance === 'number') return beyond(tolerance, tolerance);
  if (Array.isArray(tolerance)) return beyond(Number(tolerance[0]), Number(tolerance.at(-1)));
  if (!isObject(tolerance)) return 0;
  if (tolerance.type === 'range') return beyond(Number(tolerance.range[0]), Number(tolerance.range[1]));
  if (tolerance.type !== 'compare') return 0;
  const { comparator, upper, values = [] } = tolerance;
  const wanted = Number(tolerance.value);
  switch (comparator) {
    case '<':
    case '<=':
      return value;
    case '>':
    case '>=':
      return -value;
    case '==':
      return beyond(wanted, wanted);
    case '!=':
      return -beyond(wanted, wanted);
    case 'between':
      return beyond(wanted, Number(upper));
    case 'oneOf':
      return Math.min(...values.map((one) => beyond(Number(one), Number(one))));
  }
}

export const isProbeTolerance = (tolerance: Tolerance): tolerance is ProbeTolerance =>
  isObject(tolerance) && tolerance.type === 'probe';

/** As a person reads it: scalars as they are, everything else as JSON. */
export function shown(value: unknown): Judged['value'] {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = textOf(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function byList(output: unknown, values: readonly unknown[]): Judged {
  const status = statusOf(output);
  const [lowest, highest] = values;
  const isRange = status === output && values.length === 2;
  const met = isRange ? between(output, lowest, highest) : values.some((value) => equals(status, value));
  return { met, value: shown(status) };
}

function byRegex(part: unknown, { pattern }: Regex): Judged {
  const found = compiled(pattern).exec(textOf(part));
  return { met: found !== null, value: shown(found === null || found[0] === '' ? part : found[0]) };
}

function byJsonPath(part: unknown, tolerance: JsonPath): Judged {
  const found = evaluated(() => findByPath(tolerance.path, parsed(part)), tolerance.path);
  const { count, expect } = tolerance;
  const value = shown(found.length === 1 ? found[0] : found);
  // As in chaoslib, `expect` decides alone where both are given.
  if ('expect' in tolerance) return { met: equals(found, Array.isArray(expect) ? expect : [expect]), value };
  return count === undefined ? { met: found.length > 0, value } : { met: found.length === count, value: found.length };
}

function byComparator(part: unknown, { comparator, value: wanted, upper, values = [] }: Compare): Judged {
  const number = toNumber(part);
  const value = typeof wanted === 'number' || comparator === 'between' ? (number ?? shown(part)) : shown(part);
  const isSame = (to: unknown): boolean =>
    typeof to === 'number' ? number === to : typeof part === 'string' ? part.replace(/\r?\n$/, '') === to : part === to;
  const order = (holds: (a: number, b: number) => boolean): boolean =>
    number !== undefined && typeof wanted === 'number' && holds(number, wanted);
  switch (comparator) {
    case '<':
      return { met: order((a, b) => a < b), value };
    case '<=':
      return { met: order((a, b) => a <= b), value };
    case '>':
      return { met: order((a, b) => a > b), value };
    case '>=':
      return { met: order((a, b) => a >= b), value };
    case '==':
      return { met: isSame(wanted), value };
    case '!=':
      return { met: !isSame(wanted), value };
    case 'between':
      return { met: between(number, wanted, upper), value };
    case 'oneOf':
      return { met: values.some(isSame), value: shown(part) };
  }
}

/** Each part that is asked for must be right; the value tells all of them. */
function byResponse({ output, durationMs: tookMs }: Observed, tolerance: ResponseTolerance): Judged {
  const { status, headers = {}, body, within, failed = false } = tolerance;
  const isInTime = within === undefined || tookMs <= durationMs(within);
  const took = within === undefined ? [] : [`after ${Math.round(tookMs).toLocaleString('en')} ms`];
  if (isFailed(output)) return { met: failed && isInTime, value: shown([output.reason, ...took].join(' ')) };
  if (!isObject(output)) return { met: false, value: shown(output) };
  const wanted = status === undefined ? [] : [status].flat();
  const seen = isObject(output.headers) ? output.headers : {};
  const parts = Object.entries(headers).map(([name, pattern]) => {
    const text = Object.entries(seen).find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
    const met = text !== undefined && compiled(pattern).test(textOf(text));
    return { met, words: text === undefined ? `no ${name}` : `${name}: ${textOf(text)}` };
  });
  const isRight =
    !failed &&
    isInTime &&
    (wanted.length === 0 || wanted.includes(Number(output.status))) &&
    parts.every(({ met }) => met) &&
    (body === undefined || compiled(body).test(textOf(output.body)));
  const bodyWords = body === undefined ? [] : [`body: ${shown(output.body)}`];
  const words = [...parts.map((part) => part.words), ...took, ...bodyWords];
  return { met: isRight, value: shown(words.length === 0 ? output.status : [output.status, ...words].join(', ')) };
}

const compiled = (pattern: string): RegExp => evaluated(() => pythonRegExp(pattern), pattern);

/** Files are checked before a run; what a secret or a variable has put into a pattern is seen here only. */
function evaluated<T>(evaluate: () => T, text: string): T {
  try {
    return evaluate();
  } catch (cause) {
    const reason = (cause as Error).message.split('\n', 1)[0];
    throw new PadoError('ERR_PADO_INVALID', `a tolerance's ${text} cannot be used: ${reason}`, { cause });
  }
}

interface Failed {
  readonly failed: true;
  readonly reason: string;
}

/** What a run puts in place of the answer that did not come. */
const isFailed = (output: unknown): output is Failed =>
  isObject(output) && output.failed === true && typeof output.reason === 'string';

const statusOf = (output: unknown): unknown => (isObject(output) && 'status' in output ? output.status : output);

/** As in chaoslib: the whole, when it has no such part. */
const partOf = (output: unknown, target?: string): unknown =>
  target !== undefined && isObject(output) && target in output ? output[target] : output;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'));

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
