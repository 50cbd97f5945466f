import type { Rule } from './cel.ts';

/** A JSON Schema as schema.ts writes it. */
export interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | false;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly discriminator?: { readonly propertyName: string };
  readonly pattern?: string;
  readonly [keyword: string]: unknown;
}

/** The schema of a custom resource: OpenAPI without alternatives, with rules in CEL. */
export interface Structural {
  type?: string;
  description?: string;
  properties?: Record<string, Structural>;
  required?: readonly string[];
  items?: Structural;
  additionalProperties?: Structural;
  enum?: readonly string[];
  'x-kubernetes-validations'?: Rule[];
  [keyword: string]: unknown;
}

/** Defaults are words only: the API server would write those of one kind into effects of any. */
export const describe = ({ description = '', default: value }: Node): string =>
  `${description}.${value === undefined ? '' : ` Default: ${JSON.stringify(value)}.`}`;

/**
 * Limit of durations, sizes and words, in characters: the cost of a rule is reckoned by the longest text there can be, and
 * older API servers do not look at the words for it.
 */
export const maxTextLength = 64;
