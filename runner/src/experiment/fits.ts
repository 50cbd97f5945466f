import { explain, nearest, type Problem } from '@pado/fault';
import type { Schema } from '@pado/fault/json-schema';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

/** Gives what a schema finds wrong with a document, one problem a place. */
export function fits(schema: Schema<unknown>): (document: unknown) => readonly Problem[] {
  const validate = new Ajv2020({ allErrors: true, verbose: true, discriminator: true, strict: false }).compile(schema);
  return (document) => {
    const errors = validate(document) ? [] : (validate.errors ?? []);
    return explain(errors.filter(isCause(errors)), document);
  };
}

/** A misspelt field is not missing as well: one mistake, one finding. */
const isCause =
  (errors: readonly ErrorObject[]) =>
  ({ keyword, instancePath, params, parentSchema }: ErrorObject): boolean => {
    // A missing tag is told as missing.
    if (keyword === 'discriminator') return params.tagValue !== undefined;
    if (keyword !== 'required') return true;
    const known = Object.keys(parentSchema?.properties ?? {});
    const unknown = errors.filter(
      (error) => error.keyword === 'additionalProperties' && error.instancePath === instancePath,
    );
    return !unknown.some((error) => nearest(error.params.additionalProperty, known) === params.missingProperty);
  };
