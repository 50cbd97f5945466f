import { durationPattern } from '../src/duration.ts';
import { sizePattern } from '../src/quantity.ts';
import type { Rule } from './cel.ts';
import { keywordRules } from './keyword-rules.ts';
import { mergeKinds } from './kinds.ts';
import { describe, maxTextLength, type Node, type Structural } from './node.ts';

const kept = new Set(
  [
    'type',
    'format',
    'enum',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    'maxProperties',
  ].concat(['x-kubernetes-list-type', 'x-kubernetes-list-map-keys']),
);
const changed = new Set(
  ['description', 'default', 'properties', 'required', 'items', 'additionalProperties', 'const', 'pattern'].concat([
    'exclusiveMinimum',
    'oneOf',
    'anyOf',
    'discriminator',
    'if',
    'then',
  ]),
);

/**
 * A schema in the form that a CustomResourceDefinition takes. What that form lacks becomes rules; a keyword that this
 * knows nothing of is an error, so that nothing the schema says gets lost. `subject` names the value in sentences.
 */
export function structural(node: Node, subject = ''): Structural {
  for (const keyword of Object.keys(node))
    if (!kept.has(keyword) && !changed.has(keyword)) throw new TypeError(`no structural form of ${keyword} is known`);
  const merged = node.discriminator && mergeKinds(node.discriminator.propertyName, node.oneOf ?? [], structural);
  const properties =
    merged?.properties ?? mapValues(node.properties, (field, name) => structural(field, `\`${name}\``));
  const required = merged?.required ?? node.required ?? [];
  const rules = [...keywordRules(node, subject), ...(merged?.rules ?? [])];
  return {
    description: describe(node),
    ...Object.fromEntries(Object.entries(node).filter(([keyword]) => kept.has(keyword))),
    ...(node.type === 'integer' ? { format: 'int64' } : {}),
    ...(node.const === undefined ? {} : { enum: [node.const] }),
    ...(node.exclusiveMinimum === undefined ? {} : { minimum: node.exclusiveMinimum, exclusiveMinimum: true }),
    ...(isUnbounded(node) ? { maxLength: maxTextLength } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(properties ? { properties } : {}),
    ...(node.items ? { items: structural(node.items, `an item of ${subject}`) } : {}),
    ...(node.additionalProperties
      ? { additionalProperties: structural(node.additionalProperties, `a value of ${subject}`) }
      : {}),
    ...(rules.length > 0 ? { 'x-kubernetes-validations': rules } : {}),
  };
}

const isUnbounded = ({ pattern, maxLength, enum: words, const: word }: Node): boolean =>
  maxLength === undefined &&
  (pattern === durationPattern || pattern === sizePattern || words !== undefined || word !== undefined);

const mapValues = <T, U>(
  from: Readonly<Record<string, T>> | undefined,
  to: (value: T, name: string) => U,
): Record<string, U> | undefined =>
  from && Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value, name)]));

/** Adds rules at a path such as `spec.effects[]`. @throws TypeError when the schema has no such place */
export function addRules(root: Structural, path: string, rules: readonly Rule[]): void {
  let at: Structural | undefined = root;
  for (const step of path === '' ? [] : path.replaceAll('[]', '.[]').split('.'))
    at = step === '[]' ? at?.items : at?.properties?.[step];
  if (!at) throw new TypeError(`there is no ${path} in the schema`);
  at['x-kubernetes-validations'] = [...(at['x-kubernetes-validations'] ?? []), ...rules];
}
