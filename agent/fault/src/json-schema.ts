/**
 * Plain JSON Schema, with the TypeScript type it describes carried along as a phantom: one source gives the type,
 * the validation and the reference page, and importing it costs nothing at run time.
 */
declare const described: unique symbol;

/** A JSON Schema (draft 2020-12 subset) whose valid values have type `T`. */
export type Schema<T> = Readonly<Record<string, unknown>> & { readonly [described]?: T };

/** The type that a schema describes. */
export type Described<S> = S extends { readonly [described]?: infer T } ? NonNullable<T> : never;

/** `description` doubles as the remedy in error messages: write it as "a duration such as 250ms or 2s". */
export interface Notes {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

type Properties = Readonly<Record<string, Schema<unknown>>>;
type Simplify<T> = { [K in keyof T]: T[K] } & {};
type Values<P extends Properties> = { [K in keyof P]: Described<P[K]> };

const schema = <T>(body: Record<string, unknown>): Schema<T> => body as Schema<T>;

export const string = (notes: Notes): Schema<string> => schema({ type: 'string', ...notes });
export const number = (notes: Notes): Schema<number> => schema({ type: 'number', ...notes });
export const integer = (notes: Notes): Schema<number> => schema({ type: 'integer', ...notes });
export const boolean = (notes: Notes): Schema<boolean> => schema({ type: 'boolean', ...notes });

export const oneOf = <const V extends string>(values: readonly V[], notes: Notes): Schema<V> =>
  schema({ type: 'string', enum: values, ...notes });

export const literal = <const V extends string>(value: V, notes: Notes): Schema<V> =>
  schema({ type: 'string', const: value, ...notes });

export const array = <T>(items: Schema<T>, notes: Notes): Schema<readonly T[]> =>
  schema({ type: 'array', items, ...notes });

export const map = <T>(values: Schema<T>, notes: Notes): Schema<Readonly<Record<string, T>>> =>
  schema({ type: 'object', additionalProperties: values, ...notes });

/** An object that refuses unknown fields. `extra` adds raw keywords such as `dependentRequired`. */
export const object = <R extends Properties, O extends Properties>(
  required: R,
  optional: O,
  notes: Notes,
  extra: Record<string, unknown> = {},
): Schema<Simplify<Values<R> & Partial<Values<O>>>> =>
  schema({
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
    ...notes,
    ...extra,
  });

/** One of several objects, told apart by the literal in `tag`. */
export const union = <S extends readonly Schema<unknown>[]>(
  tag: string,
  branches: S,
  notes: Notes,
): Schema<Described<S[number]>> =>
  schema({ type: 'object', discriminator: { propertyName: tag }, required: [tag], oneOf: branches, ...notes });
