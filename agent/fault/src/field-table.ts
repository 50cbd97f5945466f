/** The part of a JSON Schema that reference pages are made of. */
export interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly SchemaNode[];
}

/** The fields of an object as a table in Markdown: name, default or required, meaning. */
export function fieldTable(schema: SchemaNode, without: readonly string[] = []): string {
  const rows = Object.entries(schema.properties ?? {})
    .filter(([name]) => !without.includes(name))
    .map(([name, field]) => {
      const isRequired = schema.required?.includes(name) ?? false;
      const value = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
      const values = field.enum === undefined ? '' : ` One of: ${field.enum.map((one) => `\`${one}\``).join(', ')}.`;
      return `| \`${name}\` | ${isRequired ? 'required' : value} | ${cell(`${field.description ?? ''}.${values}`)} |`;
    });
  return ['| field | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
