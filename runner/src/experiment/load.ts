import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isPadoError, PadoError } from '@pado/fault';
import { slug } from '../journal/run-directory.ts';
import type { LoadResult, RunningLoad } from '../providers/k6/load.ts';
import { type K6Summary, k6Value, thresholdsOf } from '../providers/k6/summary.ts';
import type { RunContext } from './context.ts';
import { type Experiment, findScript } from './experiment.ts';
import { plannedMs } from './method.ts';
import { judgeSummary } from './probe.ts';
import type { K6Action } from './schema.ts';
import { steadyStateMs } from './steady-state.ts';

/** The load must outlive the run, which stops it; should the runner be gone, it ends by itself this much later. */
const slackMs = 45_000;
/** k6's exit code when a threshold with `abortOnFail` was crossed: the load's own stop condition. */
const thresholdsCrossed = 99;

/** Starts the experiment's load; without one, or where the environment makes none, undefined. */
export async function beginLoad(context: RunContext): Promise<RunningLoad | undefined> {
  const { experiment, environment, directory, tell } = context;
  const { warmupMs, recoveryMs, observeMs } = experiment;
  const load = environment.startLoad === undefined ? undefined : experiment.load;
  const text = load === undefined ? 'no load of its own' : `k6 runs ${load.name}`;
  tell({ type: 'phase', phase: 'load', durationMs: warmupMs, text });
  if (load === undefined) return undefined;
  const afterMs = Math.max(recoveryMs, observeMs + patienceMs(experiment));
  const wholeMs = warmupMs + steadyStateMs(experiment) + plannedMs(experiment.method) + afterMs + slackMs;
  const running = await start(context, { ...load, directory: directory.path, testId: directory.id, wholeMs });
  running.crashed.catch((error) => {
    if (!isPadoError(error) || error.details.exitCode !== thresholdsCrossed) return context.fail(error);
    const reason = `k6 ended the load: a threshold with abortOnFail was crossed in ${load.name}`;
    context.stop({ name: 'k6 threshold', reason, atMs: Date.now() });
  });
  return running;
}

/** How long a user of the load waits for an answer: what the script is told, else its own default. */
export const patienceMs = ({ load }: Pick<Experiment, 'load'>): number =>
  load === undefined ? 0 : 1_000 * Number(load.env.PATIENCE ?? 3);

interface Script {
  readonly script: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly testId: string;
  readonly wholeMs: number;
}

function start(context: RunContext, { script, name, env, directory, testId, wholeMs }: Script): Promise<RunningLoad> {
  const { environment, prometheus, signal } = context;
  return environment.startLoad!({
    ...{ script, name, directory, prometheus, testId, signal },
    env: {
      ...(environment.gatewayUrl === undefined ? {} : { BASE_URL: environment.gatewayUrl }),
      DURATION: `${Math.ceil(wholeMs / 1_000)}s`,
      TEST_ID: testId,
      ...env,
    },
  });
}

/** Load that an action has started, by the action's name. */
export interface RunningScript {
  readonly name: string;
  readonly running: RunningLoad;
}

/** More load, as an action of the method. */
export async function runScript(
  context: RunContext,
  name: string,
  { script, env = {}, wait }: K6Action,
  { scripts, signal }: { readonly scripts: RunningScript[]; readonly signal: AbortSignal },
): Promise<unknown> {
  const { experiment, environment, directory } = context;
  const file = findScript(experiment.file, script);
  if (file === undefined || environment.startLoad === undefined) {
    throw new PadoError(
      'ERR_PADO_K6',
      `${script} cannot be run: ${file === undefined ? 'it is not there' : 'no k6 here'}`,
    );
  }
  const folder = join(directory.path, slug(name));
  await mkdir(folder, { recursive: true });
  const running = await start(context, {
    ...{ script: file, name: script, directory: folder, testId: `${directory.id}-${slug(name)}` },
    env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])),
    wholeMs: 60_000,
  });
  scripts.push({ name, running });
  if (wait === 'started') return null;
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  return (await Promise.race([running.ended, aborted])).load;
}

/** Ends what the actions left running, and judges its thresholds. */
export async function stopScripts(context: RunContext, scripts: readonly RunningScript[]): Promise<void> {
  for (const { name, running } of scripts) {
    const result = await running.stop().catch((error) => void context.fail(error));
    if (result !== undefined) judgeThresholds(context, result.summary, `${name}: `);
  }
}

/** Ends the load and judges what looks at its summary. Undefined when there was none, or when it left nothing. */
export async function endLoad(context: RunContext, load: RunningLoad | undefined): Promise<LoadResult | undefined> {
  const { recording, fail } = context;
  const result = await load?.stop().catch((error) => void fail(error));
  if (result !== undefined) recording.load = result.load;
  return result;
}

/** Probes of the provider k6, and the script's thresholds where the experiment wants them judged. */
export async function judgeSummaries(context: RunContext, summary: K6Summary): Promise<void> {
  const { experiment, recording, asking, tell } = context;
  if (recording.windows.during === undefined && experiment.method.length > 0) return;
  const probes = experiment.hypothesis?.probes ?? [];
  for (const probe of probes.filter(({ provider }) => provider.type === 'k6')) {
    const result = await judgeSummary(probe, summary, asking);
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
  if (experiment.load?.thresholds === true) judgeThresholds(context, summary);
}

function judgeThresholds({ recording, tell }: RunContext, summary: K6Summary, prefix = ''): void {
  for (const { metric, threshold, met, value } of thresholdsOf(summary)) {
    const name = `${prefix}${metric} ${threshold}`;
    const result = { name, window: 'during', value, expected: threshold, met } as const;
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
}

export const loadFacts = (summary: K6Summary): { readonly iterations: number; readonly dropped: number } => ({
  iterations: k6Value(summary, 'iterations', 'count') ?? 0,
  dropped: k6Value(summary, 'dropped_iterations', 'count') ?? 0,
});
