import { readFile } from 'node:fs/promises';
import { explain, nearest, PadoError, type Problem } from '@pado/fault';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { checkExperiment } from './check.ts';
import { type Experiment, toExperiment } from './experiment.ts';
import { type ExperimentDocument, experimentSchema, laterProviders } from './schema.ts';
import { type Path, parseSource } from './source.ts';
import { substitute } from './substitute.ts';

export interface ValidateOptions {
  /** The names that selectors and `match.service` may use; without it names are not checked. */
  readonly services?: readonly string[] | undefined;
  /** Where `{type: env}` looks. Default process.env. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** One thing that is wrong with a file; lines and columns count from 1. */
export interface Finding {
  readonly line: number;
  readonly column: number;
  readonly path: Path;
  readonly message: string;
}

/**
 * Reads an experiment and finds everything that is wrong with it at once.
 * @throws PadoError ERR_PADO_INVALID with the findings in `details.findings`, ERR_PADO_NOT_FOUND without the file.
 */
export async function validateExperiment(file: string, options: ValidateOptions = {}): Promise<Experiment> {
  const source = parseSource(await read(file));
  if ('faults' in source) {
    throw invalid(
      file,
      source.faults.map((fault) => ({ ...fault, path: [] })),
    );
  }
  const { value, problems } = substitute(source.value, options.environment ?? process.env);
  const all = [...problems, ...check(value, file, options.services).filter(isNew(problems))];
  if (all.length > 0) {
    const findings = all.map(({ path, message, atKey = false }) => ({
      ...(atKey ? source.positionOfKey(path) : source.positionOf(path)),
      path,
      message,
    }));
    throw invalid(
      file,
      findings.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  }
  return toExperiment(file, value as ExperimentDocument);
}

const fits = new Ajv2020({ allErrors: true, verbose: true, discriminator: true, strict: false }).compile(
  experimentSchema,
);

function check(document: unknown, file: string, services: readonly string[] | undefined): readonly Problem[] {
  const errors = fits(document) ? [] : (fits.errors ?? []);
  const wrong = explain(errors.filter(isCause(errors)), document).map(withLaterProviders(document));
  const broken = (path: Path) => wrong.some((problem) => isWithin(problem.path, path));
  return [...wrong, ...checkExperiment(document, { file, services, broken })];
}

/** A misspelt field is not missing as well: one mistake, one finding. */
const isCause =
  (errors: readonly ErrorObject[]) =>
  ({ keyword, instancePath, params, parentSchema }: ErrorObject): boolean => {
    if (keyword !== 'required') return true;
    const known = Object.keys(parentSchema?.properties ?? {});
    const unknown = errors.filter(
      (error) => error.keyword === 'additionalProperties' && error.instancePath === instancePath,
    );
    return !unknown.some((error) => nearest(error.params.additionalProperty, known) === params.missingProperty);
  };

/** Where a variable could not be replaced, its name is not a wrong value too. */
const isNew =
  (told: readonly Problem[]) =>
  (problem: Problem): boolean =>
    !told.some(({ path }) => isWithin(problem.path, path));

const isWithin = (path: Path, around: Path): boolean => around.every((step, index) => path[index] === step);

/** Providers of Chaos Toolkit deserve more than "not one of". */
const withLaterProviders =
  (document: unknown) =>
  (problem: Problem): Problem => {
    if (problem.path.at(-1) !== 'type' || problem.path.at(-2) !== 'provider') return problem;
    const type = problem.path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], document);
    if (!laterProviders.some((later) => later === type)) return problem;
    const message = `the provider ${type} is not supported yet: use fault in an action, prometheus or k6 in a probe`;
    return { ...problem, message };
  };

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PadoError(
      missing ? 'ERR_PADO_NOT_FOUND' : 'ERR_PADO_INVALID',
      missing ? `there is no file ${file}` : `${file} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function invalid(file: string, findings: readonly Finding[]): PadoError {
  const lines = findings.map(({ line, column, path, message }) => {
    const where = path.length === 0 ? '' : `${dotted(path)}: `;
    return `${file}:${line}:${column}: ${where}${message}`;
  });
  return new PadoError('ERR_PADO_INVALID', lines.join('\n'), { details: { file, findings } });
}

/** method[0].provider.spec */
const dotted = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('');
