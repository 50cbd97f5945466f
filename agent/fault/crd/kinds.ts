import { isDeepStrictEqual } from 'node:util';
import { implies, isOneOf, list, type Rule, rule } from './cel.ts';
import { alternativeRules, requiredRule } from './keyword-rules.ts';
import { describe, maxTextLength, type Node, type Structural } from './node.ts';

/** A field as one kind has it. */
interface Own {
  readonly kind: string;
  readonly node: Node;
  readonly isRequired: boolean;
}

interface Merged {
  readonly properties: Record<string, Structural>;
  readonly required: readonly string[];
  readonly rules: Rule[];
}

type Convert = (node: Node, subject: string) => Structural;

/**
 * All kinds as one object, since a structural schema has no alternatives: their fields side by side, and rules that say
 * which of them go with which kind.
 */
export function mergeKinds(tag: string, branches: readonly Node[], convert: Convert): Merged {
  const kinds = branches.map((branch) => branch.properties?.[tag]?.const ?? '');
  const fields = new Map<string, Own[]>();
  for (const [index, { properties = {}, required = [] }] of branches.entries()) {
    for (const [name, node] of Object.entries(properties)) {
      if (name === tag) continue;
      const own = { kind: kinds[index]!, node, isRequired: required.includes(name) };
      fields.set(name, [...(fields.get(name) ?? []), own]);
    }
  }
  const merged = [...fields].map(([name, owners]) => [name, mergeField(name, owners, convert)] as const);
  const alternatives = branches.flatMap((branch, index) =>
    alternativeRules(branch).map((one) => ({ ...one, rule: implies(isOneOf(tag, [kinds[index]!]), one.rule) })),
  );
  return {
    properties: { [tag]: tagField(branches, kinds), ...Object.fromEntries(merged) },
    required: [tag],
    rules: [...[...fields].flatMap(([name, owners]) => fieldRules(tag, kinds, name, owners)), ...alternatives],
  };
}

const tagField = (branches: readonly Node[], kinds: readonly string[]): Structural => ({
  description: ['What the effect does.', ...branches.map((branch) => `${branch.description}.`)].join('\n'),
  type: 'string',
  enum: kinds,
  maxLength: maxTextLength,
});

const words = ({ enum: several, const: one }: Node): readonly string[] | undefined =>
  several ?? (one === undefined ? undefined : [one]);

/** What all kinds that have a field must agree on. */
const shape = ({ description: _, default: __, enum: ___, const: ____, ...rest }: Node): Node => rest;

const isMixed = (owners: readonly Own[]): boolean => new Set(owners.map(({ node }) => node.type)).size > 1;

function mergeField(name: string, owners: readonly Own[], convert: Convert): Structural {
  const byText = Map.groupBy(owners, ({ node }) => describe(node));
  const description = [...byText].map(([text, own]) => `${kindsOf(own).join(', ')}: ${text}`).join('\n');
  if (isMixed(owners)) return { description, 'x-kubernetes-int-or-string': true };
  const first = owners[0]!.node;
  for (const { kind, node } of owners)
    if (!isDeepStrictEqual(shape(node), shape(first))) throw new TypeError(`${name} of ${kind} is unlike the others`);
  const known = allWords(owners);
  return { ...convert(first, `\`${name}\``), ...(known.length > 0 ? { enum: known } : {}), description };
}

const kindsOf = (owners: readonly Own[]): string[] => owners.map(({ kind }) => kind);

const allWords = (owners: readonly Own[]): string[] => [...new Set(owners.flatMap(({ node }) => words(node) ?? []))];

function fieldRules(tag: string, kinds: readonly string[], name: string, owners: readonly Own[]): Rule[] {
  const fieldPath = `.${name}`;
  const own = kindsOf(owners);
  const isForeign = rule(
    implies(`has(self.${name})`, isOneOf(tag, own)),
    `\`${name}\` has no meaning for kind {self.${tag}}: it belongs to ${own.join(', ')}`,
    { fieldPath, reason: 'FieldValueForbidden' },
  );
  const required = owners
    .filter(({ isRequired }) => isRequired)
    .map(({ kind, node }) => requiredRule(isOneOf(tag, [kind]), name, node));
  const narrower = [...Map.groupBy(owners, ({ node }) => constraint(name, node, owners))].flatMap(
    ([expression, group]) => {
      if (expression === undefined) return [];
      const { node } = group[0]!;
      const known = words(node);
      // A number has no place in a sentence.
      const subject = isMixed(owners) ? `\`${name}\` is not one` : `\`${name}\` is {self.${name}}, not one`;
      const remedy = known ? `one of: ${known.join(', ')}` : `it should be ${node.description}`;
      return rule(
        implies(`${isOneOf(tag, kindsOf(group))} && has(self.${name})`, expression),
        `${subject} for kind {self.${tag}}: ${remedy}`,
        { fieldPath },
      );
    },
  );
  return [...(own.length < kinds.length ? [isForeign] : []), ...required, ...narrower];
}

/** What one kind asks of a field beyond what all do that have it. */
function constraint(name: string, node: Node, owners: readonly Own[]): string | undefined {
  const known = words(node);
  if (known)
    return isMixed(owners) || allWords(owners).length > known.length ? `self.${name} in ${list(known)}` : undefined;
  if (!isMixed(owners)) return undefined;
  if (node.type !== 'integer') throw new TypeError(`${name} has neither words nor whole numbers`);
  return `type(self.${name}) == int && self.${name} >= ${node.minimum} && self.${name} <= ${node.maximum}`;
}
