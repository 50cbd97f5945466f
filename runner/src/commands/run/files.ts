import { writeFile } from 'node:fs/promises';
import { isPadoError, PadoError } from '@pado/fault';
import type { Invocation, Outcome } from '../../cli/command.ts';
import type { Environment } from '../../experiment/environment.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import { needsOf, requireParts } from '../../experiment/needs.ts';
import { validateExperiment } from '../../experiment/validate.ts';
import { checkAll, errorOf } from '../checked.ts';
import { watched } from '../watched.ts';
import { annotations, findingAnnotations } from './github.ts';
import { junit } from './junit.ts';
import { outcomeOf } from './outcome.ts';
import { type Chosen, readRunSettings } from './settings.ts';
import { type Run, runAll } from './several.ts';
import type { Where } from './where.ts';

export type FindWhere = (invocation: Invocation, experiments: readonly Experiment[]) => Promise<Where>;

/** Validates all files, runs them one after the other, tells everybody who asked, and answers with the exit code. */
export async function runFiles(
  invocation: Invocation,
  files: readonly string[],
  findWhere: FindWhere,
): Promise<Outcome> {
  const { values, settings, signal, progress, json } = invocation;
  const { chosen, repeat, junit: junitFile } = await readRunSettings(invocation);
  const experiments = await validated(invocation, files, chosen);
  using where = await findWhere(invocation, experiments);
  // Before the first one has run, for the last one too.
  for (const experiment of experiments) requireFor(experiment, where.environment);

  const runs = await runEach(invocation, { files, repeat, chosen, where });
  if (junitFile !== undefined) await writeJunit(junitFile, runs, progress);
  if (values.boolean('github')) for (const line of await annotations(runs, rootOf(invocation))) progress(line);
  signal.throwIfAborted();

  const [first] = runs;
  // A single run that could not begin is the command's own failure.
  if (runs.length === 1 && first?.journal === undefined) throw first?.error;
  const chaosToolkit = values.boolean('chaostoolkit-exit-codes');
  const { table, ...outcome } = outcomeOf(runs, { chaosToolkit, width: settings.width });
  if (json && table !== '') progress(table);
  return outcome;
}

/** The verdicts stand, whether they can be written there or not. */
async function writeJunit(file: string, runs: readonly Run[], progress: Invocation['progress']): Promise<void> {
  try {
    await writeFile(file, junit(runs));
  } catch (error) {
    progress(`--junit ${file}: it could not be written: ${(error as Error).message}`);
  }
}

/** @throws PadoError with the mistakes of all files. */
async function validated(invocation: Invocation, files: readonly string[], { vars, secretVars }: Chosen) {
  const checked = await checkAll(files, (file) => validateExperiment(file, { vars, secretVars }));
  const error = errorOf(checked);
  if (error === undefined) return checked.flatMap(({ value }) => value ?? []);
  if (invocation.values.boolean('github')) {
    const findings = checked.flatMap((one) => one.findings);
    for (const line of findingAnnotations(findings, rootOf(invocation))) invocation.progress(line);
  }
  throw error;
}

function requireFor(experiment: Experiment, environment: Environment): void {
  try {
    requireParts(needsOf(experiment), environment);
  } catch (cause) {
    if (!isPadoError(cause)) throw cause;
    throw new PadoError(cause.code, `${experiment.file}: ${cause.message}`, { cause, details: cause.details });
  }
}

interface Plan {
  readonly files: readonly string[];
  readonly repeat: number;
  readonly chosen: Chosen;
  readonly where: Where;
}

async function runEach(invocation: Invocation, { files, repeat, chosen, where }: Plan): Promise<readonly Run[]> {
  const { signal, progress } = invocation;
  const { environment, policies, died, hasShop } = where;
  using view = await watched(invocation, { graph: hasShop, apart: true });
  const arm = { ...chosen, environment, policies, ...(died === undefined ? {} : { died }) };
  // Awaited here, for the view must stay until the last run has ended.
  return await runAll({ files, repeat, signal, progress, run: (file) => view.run({ ...arm, file }) });
}

/** What GitHub's paths are relative to. */
const rootOf = ({ settings }: Invocation): string => settings.environment.GITHUB_WORKSPACE || settings.workingDirectory;
