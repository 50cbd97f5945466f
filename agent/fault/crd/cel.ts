/** Pieces of CEL, the expressions by which the API server validates a custom resource; nothing newer than Kubernetes 1.29. */
import { durationPattern } from '../src/duration.ts';

export interface Rule {
  readonly rule: string;
  /** Said when the rule does not hold and `messageExpression` fails. */
  readonly message: string;
  readonly messageExpression?: string;
  /** The field to blame, from the place of the rule: `.match.path`. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden';
}

const placeholder = /\{(self(?:\.\w+)*)\}/;

/**
 * A rule and its sentence, in which `{self.kind}` stands for a text. A number cannot: the cost of making a text of it
 * is reckoned without bounds.
 */
export function rule(expression: string, text: string, where: Pick<Rule, 'fieldPath' | 'reason'> = {}): Rule {
  const parts = text.split(placeholder);
  if (parts.length === 1) return { rule: expression, message: text, ...where };
  return {
    rule: expression,
    message: parts.map((part, index) => (index % 2 === 0 ? part : '…')).join(''),
    messageExpression: parts
      .map((part, index) => (index % 2 === 0 ? quote(part) : part))
      .filter((part) => part !== "''")
      .join(' + '),
    ...where,
  };
}

export const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const list = (values: readonly string[]): string => `[${values.map(quote).join(', ')}]`;

/** Whether a field is there, `match.path` such as itself and all it is in. */
export const has = (path: string): string => {
  const steps = path.split('.');
  return steps.map((_, index) => `has(self.${steps.slice(0, index + 1).join('.')})`).join(' && ');
};

export const orElse = (field: string, value: string): string =>
  `(has(self.${field}) ? self.${field} : ${quote(value)})`;

export const implies = (condition: string, then: string): string => `!(${condition}) || (${then})`;

export const isOneOf = (field: string, values: readonly string[]): string =>
  values.length === 1 ? `self.${field} == ${quote(values[0]!)}` : `self.${field} in ${list(values)}`;

/**
 * A comparison of durations, true while one of them is malformed: that has a sentence of its own. What our pattern allows
 * is what Go's durations allow without sign and bare point, so `duration()` reads it, from a nanosecond to 292 years.
 */
export const compare = (fields: readonly string[], comparison: (...durations: string[]) => string): string =>
  implies(
    fields.map((field) => `${field}.matches(r'${durationPattern}')`).join(' && '),
    comparison(...fields.map((field) => `duration(${field})`)),
  );

export const noTime = "duration('0s')";
