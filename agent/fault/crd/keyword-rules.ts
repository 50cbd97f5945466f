import { implies, isOneOf, type Rule, rule } from './cel.ts';
import type { Node } from './node.ts';

/** The keywords of JSON Schema that become rules. */
export const keywordRules = (node: Node, subject: string): Rule[] => [
  ...patternRules(node, subject),
  ...(node.discriminator ? [] : alternativeRules(node)),
  ...conditionRules(node),
];

export const requiredRule = (when: string, field: string, node: Node | undefined): Rule =>
  rule(implies(when, `has(self.${field})`), `\`${field}\` is missing: ${node?.description ?? 'it is required'}`, {
    fieldPath: `.${field}`,
    reason: 'FieldValueRequired',
  });

/** The API server's own words for a pattern are the expression; ours say what would be right. */
const patternRules = ({ pattern, description }: Node, subject: string): Rule[] =>
  pattern === undefined
    ? []
    : [rule(`self.matches(r'${pattern}')`, `${subject} is "{self}"; it should be ${description}`)];

/** `oneOf` two, or `anyOf` some sets of required fields. */
export function alternativeRules({ oneOf, anyOf, description }: Node): Rule[] {
  if (oneOf && oneOf.length !== 2) throw new TypeError('oneOf needs two alternatives');
  const text = `the wrong combination of fields: ${description}`;
  return [
    ...(oneOf ? [rule(oneOf.map(hasAll).join(' != '), text)] : []),
    ...(anyOf ? [rule(anyOf.map(hasAll).join(' || '), text)] : []),
  ];
}

function hasAll({ required = [], ...rest }: Node): string {
  if (Object.keys(rest).length > 0) throw new TypeError('an alternative may only require fields');
  return `(${required.map((field) => `has(self.${field})`).join(' && ')})`;
}

/** `if` fields have one of some values, `then` others are required. */
function conditionRules(node: Node): Rule[] {
  if (node.if === undefined) return [];
  const when = Object.entries((node.if as Node).properties ?? {})
    .map(([field, values]) => `has(self.${field}) && ${isOneOf(field, values.enum ?? [])}`)
    .join(' && ');
  return ((node.then as Node).required ?? []).map((field) => requiredRule(when, field, node.properties?.[field]));
}
