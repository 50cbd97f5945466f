import { nearest } from './nearest.ts';

/** Something wrong at one place of a document, in a sentence that a person can act on. */
export interface Problem {
  /** Where, from the root: `['spec', 'effects', 0, 'delay']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The field itself is wrong, not its value: point at the key. */
  readonly atKey?: boolean;
}

/** The part of an Ajv error (compiled with `allErrors` and `verbose`) that the sentences are made of. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly parentSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly data?: unknown;
}

/** Turns validation errors into one problem a place. Descriptions in the schema are the remedies. */
export function explain(errors: readonly SchemaError[], root: unknown): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    // `if` only announces what `then` says.
    if (error.keyword === 'if') continue;
    const problem = sentence(error, root);
    const key = JSON.stringify([problem.path, problem.atKey ?? false]);
    if (!problems.has(key)) problems.set(key, problem);
  }
  return [...problems.values()];
}

function sentence(error: SchemaError, root: unknown): Problem {
  const path = parsePointer(error.instancePath, root);
  const schema = error.parentSchema ?? {};
  const wanted = typeof schema.description === 'string' ? schema.description : undefined;
  const name = fieldName(path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const field = String(error.params.additionalProperty);
      return {
        path: [...path, field],
        message: unknownField(field, Object.keys(schema.properties ?? {})),
        atKey: true,
      };
    }
    case 'required': {
      const field = String(error.params.missingProperty);
      const properties = (schema.properties ?? {}) as Record<string, { description?: string } | undefined>;
      const kinds = kindsOf(schema, field);
      const remedy =
        kinds.length > 0 ? `; one of: ${kinds.join(', ')}` : `: ${properties[field]?.description ?? 'it is required'}`;
      return { path, message: `\`${field}\` is missing${remedy}` };
    }
    case 'discriminator':
      return discriminator(error, path);
    case 'enum': {
      const values = (schema.enum ?? []) as string[];
      const meant = typeof error.data === 'string' ? nearest(error.data, values) : undefined;
      return {
        path,
        message: `${name} is ${show(error.data)}${meant === undefined ? '' : `: did you mean \`${meant}\`?`}; one of: ${values.join(', ')}`,
      };
    }
    case 'oneOf':
      return { path, message: `${name} has the wrong combination of fields: ${wanted ?? 'see the reference'}` };
    default:
      return {
        path,
        message: `${name} is ${show(error.data)}${hint(error, schema)}; it should be ${wanted ?? error.message}`,
      };
  }
}

const unknownField = (field: string, known: readonly string[]): string => {
  const meant = nearest(field, known);
  return `unknown field \`${field}\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}; known here: ${known.join(', ')}`;
};

function discriminator(error: SchemaError, path: Problem['path']): Problem {
  const tag = String(error.params.tag);
  const kinds = kindsOf(error.parentSchema ?? {}, tag);
  const value = error.params.tagValue;
  const meant = typeof value === 'string' ? nearest(value, kinds) : undefined;
  const question = meant === undefined ? '' : `: did you mean \`${meant}\`?`;
  return { path: [...path, tag], message: `${tag} is ${show(value)}${question}; one of: ${kinds.join(', ')}` };
}

/** The values by which the branches of an alternative are told apart. */
function kindsOf(schema: Readonly<Record<string, unknown>>, tag: string): string[] {
  const branches = (schema.oneOf ?? []) as { properties?: Record<string, { const?: string }> }[];
  return branches.flatMap((branch) => branch.properties?.[tag]?.const ?? []);
}

/** Most wrong durations and sizes are numbers whose unit was left out. */
function hint({ keyword, data }: SchemaError, schema: Readonly<Record<string, unknown>>): string {
  if (keyword !== 'type' || typeof data !== 'number') return '';
  const description = String(schema.description ?? '');
  if (description.includes('duration')) return `: write the unit, such as ${data}s or ${data}ms`;
  if (description.includes('a size')) return `: write the unit, such as ${data}Mi`;
  return '';
}

const fieldName = (path: Problem['path']): string => {
  const last = path.at(-1);
  return last === undefined ? 'the document' : typeof last === 'number' ? `item ${last}` : `\`${last}\``;
};

function show(value: unknown): string {
  if (value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A JSON pointer as a path; steps into lists become numbers. */
function parsePointer(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    at = (at as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}
