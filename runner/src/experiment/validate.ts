import type { Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { type Around, type Broken, checkExperiment, checkSteadyState } from './check.ts';
import { checkVars, resolveValues, type ValueOptions } from './configuration.ts';
import { type Experiment, toExperiment } from './experiment.ts';
import { fits } from './fits.ts';
import { invalid, openPage, type Page, sentence } from './page.ts';
import { type Reading, readDocument } from './reading.ts';
import { type Resolved, resolveRefs } from './refs.ts';
import { type ExperimentDocument, experimentSchema } from './schema.ts';
import type { Path } from './source.ts';
import { openSteadyStates } from './steady-state-files.ts';
import { type SteadyStateDocument, steadyStateSchema } from './steady-state-schema.ts';

export type { Finding } from './page.ts';

export interface ValidateOptions extends ValueOptions {
  /** The names that selectors and `match.service` may use; without it names are not checked. */
  readonly services?: readonly string[] | undefined;
}

const fitsExperiment = fits(experimentSchema);
const fitsSteadyState = fits(steadyStateSchema);

/**
 * Reads an experiment and the steady-state files that it names, and finds everything that is wrong with them at once.
 * @throws PadoError ERR_PADO_INVALID with the findings in `details.findings`, ERR_PADO_NOT_FOUND without the file,
 *   ERR_PADO_USAGE for a variable that is almost one of the file's.
 */
export const validateExperiment = async (file: string, options: ValidateOptions = {}): Promise<Experiment> =>
  validatePage(await openPage(file), options);

/** The same for an experiment that is no file, or is read already. */
export async function validatePage(main: Page, options: ValidateOptions): Promise<Experiment> {
  const { file } = main;
  const resolved = resolveRefs(main.value);
  const shared = await openSteadyStates(file, resolved.value);
  const pages = [main, ...shared.pages];
  const wrong = new Map<Page, Problem[]>(pages.map((page) => [page, []]));
  const report = (page: Page, problems: readonly Problem[]) => void wrong.get(page)?.push(...problems);
  report(main, [...resolved.problems, ...shared.problems]);

  const parts = pages.map((page) => ({
    configuration: fieldOf(page.value, 'configuration'),
    report: (problem: Problem) => report(page, [problem]),
  }));
  const secrets = fieldOf(main.value, 'secrets');
  const names = parts.flatMap(({ configuration }) => namesOf(configuration));
  checkVars(options.vars ?? {}, names);
  const sources = { file, parts, secrets, report: (problem: Problem) => report(main, [problem]) };
  const values = await resolveValues(sources, options);

  const known = new Set([...names, ...Object.keys(options.vars ?? {}), ...secretNames(secrets)]);
  const reading = readDocument(resolved.value, values, { known, lenient: true });
  const readings = shared.pages.map((page) => readDocument(page.value, values, { known, lenient: false }));
  const document = reading.visible as ExperimentDocument;
  const around: Around = { file, services: options.services, shared: readings.map(({ visible }) => visible) };
  report(
    main,
    look(reading, fitsExperiment, (broken) => checkExperiment(document, { ...around, broken })),
  );
  for (const [index, page] of shared.pages.entries()) {
    const check = (broken: Broken) => checkSteadyState(readings[index]?.visible, document, { ...around, broken });
    report(page, look(readings[index]!, fitsSteadyState, check));
  }

  const found = pages.flatMap((page) =>
    page.findings(page === main ? once(wrong.get(page)!, resolved) : wrong.get(page)!),
  );
  if (found.length + shared.findings.length > 0) throw invalid(file, [...found, ...shared.findings]);
  return toExperiment(file, {
    ...reading,
    document,
    values,
    shared: readings.map(({ visible, full }) => ({ visible: visible as SteadyStateDocument, full })),
    warnings: pages.flatMap((page, index) => page.findings([reading, ...readings][index]!.ignored)).map(sentence),
  });
}

/** Schema first; then what it cannot say, about the parts that it found sound. */
function look(
  { visible, unsettled, problems, meant }: Reading,
  fit: (document: unknown) => readonly Problem[],
  check: (broken: Broken) => readonly Problem[],
): readonly Problem[] {
  // Where a name was not replaced, it is not a wrong value too.
  const isKnown = ({ path }: Problem) => !unsettled.some((place) => isWithin(path, place));
  const isNotMeant = ({ path, message }: Problem) =>
    !meant.some((field) => isSame(field.slice(0, -1), path) && message.startsWith(`\`${field.at(-1)}\` is missing`));
  const misfits = [...problems, ...fit(visible).filter(isKnown).filter(isNotMeant)];
  const broken = (path: Path) =>
    misfits.some((problem) => isWithin(problem.path, path)) || unsettled.some((place) => isWithin(place, path));
  return [...misfits, ...check(broken).filter(isKnown)];
}

/** What is wrong with an activity is not told again where it is referred to. */
const once = (problems: readonly Problem[], { refs }: Resolved): readonly Problem[] =>
  problems.filter(({ path, message }) => {
    const ref = refs.find(({ from }) => path.length > from.length && isWithin(path, from));
    if (ref === undefined) return true;
    const original = [...ref.to, ...path.slice(ref.from.length)];
    return !problems.some((other) => other.message === message && isSame(other.path, original));
  });

const isWithin = (path: Path, around: Path): boolean => around.every((step, index) => path[index] === step);
const isSame = (one: Path, other: Path): boolean => one.length === other.length && isWithin(one, other);

const fieldOf = (document: unknown, field: string): unknown => (isObject(document) ? document[field] : undefined);
const namesOf = (value: unknown): readonly string[] => (isObject(value) ? Object.keys(value) : []);
const secretNames = (secrets: unknown): readonly string[] =>
  isObject(secrets) ? Object.values(secrets).flatMap(namesOf) : [];
