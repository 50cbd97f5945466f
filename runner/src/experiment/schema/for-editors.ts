import type { Schema } from '@pado/fault/json-schema';

type Node = Record<string, unknown>;

/** Definitions shorter than this stand where they are used. */
const shortest = 300;

/** A name from the configuration stands for a value of any type. */
const variable = { type: 'string', pattern: '\\$\\{.+\\}' };

/**
 * The schema as editors read it: draft 07, parts that are used more than once by reference, a title for every
 * alternative, and `${name}` allowed wherever a value is.
 */
export function forEditors(
  schema: Schema<unknown>,
  { title, id }: { readonly title: string; readonly id: string },
): Node {
  const uses = new Map<object, number>();
  count(schema, uses);
  const definitions: Node = {};
  const names = new Map<object, string>();

  const written = (node: unknown, isRoot = false): unknown => {
    if (Array.isArray(node)) return node.map((item) => written(item));
    if (!isNode(node)) return node;
    if (!isRoot && (uses.get(node) ?? 0) > 1 && JSON.stringify(node).length > shortest) {
      const known = names.get(node);
      if (known !== undefined) return { $ref: `#/definitions/${known}` };
      const name = unusedName(titleOf(node) ?? firstWords(node.description) ?? 'part', definitions);
      names.set(node, name);
      // Holds its place, so that definitions stay in the order of the file.
      definitions[name] = {};
      definitions[name] = plain(node);
      return { $ref: `#/definitions/${name}` };
    }
    return plain(node);
  };
  const plain = (node: Node): Node => {
    const { discriminator, properties, ...rest } = node;
    const keywords = Object.entries(rest).map(([key, value]) => [key, isData(key) ? value : written(value)] as const);
    const fields = isNode(properties)
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, written(value)])) }
      : {};
    const title = titleOf(node);
    return open({ ...(title === undefined ? {} : { title }), ...Object.fromEntries(keywords), ...fields });
  };

  const root = written(schema, true) as Node;
  const { properties, ...rest } = root;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: id,
    ...rest,
    title,
    // The comment of editors' plugins for JSON, and anchors of YAML.
    properties: { $schema: { type: 'string' }, ...(properties as Node) },
    patternProperties: { '^x-': {} },
    definitions,
  };
}

/** Values that look like schemas are none. */
const isData = (keyword: string): boolean =>
  ['default', 'examples', 'enum', 'const', 'required', 'description', 'type'].includes(keyword);

/** Lets a variable stand where a value of another form is wanted. */
function open(node: Node): Node {
  const { type, enum: values, pattern, const: only } = node;
  const isClosed =
    type === 'number' || type === 'integer' || type === 'boolean' || values !== undefined || pattern !== undefined;
  if (!isClosed || only !== undefined || type === undefined) return node;
  const { title, description, default: fallback, examples, ...rest } = node;
  const notes = Object.entries({ title, description, default: fallback, examples }).filter(
    ([, note]) => note !== undefined,
  );
  return { ...Object.fromEntries(notes), anyOf: [rest, variable] };
}

/** Alternatives are called by the literal that tells them apart, other parts by their first words. */
function titleOf({ title, properties, type, description }: Node): string | undefined {
  if (typeof title === 'string') return title;
  if (type !== 'object' || !isNode(properties)) return undefined;
  const tags = [properties.type, properties.action, properties.probe].flatMap((tag) =>
    isNode(tag) && typeof tag.const === 'string' ? [tag.const] : [],
  );
  if (tags.length > 0) return tags.join(' ');
  return firstWords(description);
}

const firstWords = (description: unknown): string | undefined =>
  typeof description === 'string' ? description.split(/[:,;(]/, 1)[0] : undefined;

function unusedName(title: string, definitions: Node): string {
  const base = title.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'part';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!Object.hasOwn(definitions, name)) return name;
  }
}

function count(node: unknown, uses: Map<object, number>): void {
  if (typeof node !== 'object' || node === null) return;
  if (isNode(node)) {
    const before = uses.get(node) ?? 0;
    uses.set(node, before + 1);
    if (before > 0) return;
  }
  for (const value of Object.values(node)) count(value, uses);
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
