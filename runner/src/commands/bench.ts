import { resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import { type Arm, readArm } from '../bench/arms.ts';
import { type BenchResult, bench as runBench } from '../bench/bench.ts';
import { calibrated } from '../bench/calibration.ts';
import { counted } from '../bench/counted.ts';
import { timeText } from '../bench/follow.ts';
import { codeOf } from '../bench/identity.ts';
import { findLimit, type Limit } from '../bench/limit.ts';
import type { ArmRequest, ArmRun } from '../bench/measure-run.ts';
import type { ArmContext } from '../bench/run-arm.ts';
import type { Command, Invocation } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { shown } from '../cli/settings.ts';
import { number } from '../cli/values.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { validateExperiment } from '../experiment/validate.ts';
import { clusterOptions, onKubernetes } from '../kubernetes/options.ts';
import { paths } from '../stack/paths.ts';
import { armContext, armReaders, calibration, calibrationText } from './bench-tools.ts';
import { readVariables } from './run/vars.ts';

const armHelp =
  'a preset, policies joined by commas, a file of policies or of variables, "command: …", or "namespace:NAME"';

export const bench: Command = {
  name: 'bench',
  summary: 'measures whether a fix works: the same experiment with two arms, in interleaved pairs, with statistics',
  options: {
    a: { type: 'string', value: 'ARM', description: `what is compared with: ${armHelp}`, default: 'naive' },
    b: { type: 'string', value: 'ARM', description: 'the fix, in the same words', default: 'full' },
    pairs: {
      type: 'string',
      value: 'N',
      description: 'pairs of runs, 1 to 100; fewer than 6 can claim nothing',
      default: '8',
    },
    seed: { type: 'string', value: 'N', description: 'of the order and of each pair', default: '1' },
    quick: { type: 'boolean', description: 'one pair, for a look: claims nothing' },
    'find-limit': {
      type: 'boolean',
      description: 'instead of pairs: the largest trigger that each arm recovers from by itself, by bisection',
    },
    var: {
      type: 'string',
      multiple: true,
      value: 'KEY[:TYPE]=VALUE',
      description: 'a value of the configuration, in both arms',
    },
    kubernetes: clusterOptions.kubernetes,
    context: clusterOptions.context,
    fresh: {
      type: 'boolean',
      description: 'throws away earlier runs of this comparison',
      default: 'goes on where it stopped',
    },
  },
  positional: { name: 'FILE', description: 'an experiment, YAML or JSON' },
  examples: [
    'pado bench experiments/cascades/retry-storm-capacity.yaml --a naive --b full',
    'pado bench experiments/cascades/cold-cache.yaml --a naive --b single-flight --quick',
    'pado bench experiments/cascades/cold-cache.yaml --a naive --b naive --pairs 8',
    'pado bench experiments/cascades/dead-work-fifo.yaml --b full --find-limit',
  ],
  async run(invocation) {
    const { values, positionals, settings, progress } = invocation;
    const { vars } = await readVariables(values.strings('var'), [], settings.workingDirectory);
    const experiment = await validateExperiment(shown(resolve(settings.workingDirectory, positionals[0] ?? '')), {
      vars,
    });
    if (experiment.load === undefined) throw usage(`${experiment.file} has no load: there is nothing to measure`);
    if (experiment.hypothesis === undefined)
      throw usage(`${experiment.file} has no steady-state-hypothesis: there would be no baseline to compare with`);
    const [a, b] = await Promise.all(
      [values.string('a') ?? 'naive', values.string('b') ?? 'full'].map((text) =>
        readArm(text, armReaders(settings.workingDirectory)),
      ),
    );
    const seed = number(values, 'seed', { min: 0, max: 2 ** 31, whole: true }) ?? 1;
    const pairs = number(values, 'pairs', { min: 1, max: 100, whole: true }) ?? 8;
    const isCluster = onKubernetes(invocation);
    const context = await armContext(invocation);
    // A cluster's capacity is not this machine's.
    const machine = isCluster ? { scale: 1 } : await calibration(invocation, context);
    if ('machine' in machine) progress(calibrationText(machine));
    const code = await codeOf(experiment, settings.installation);
    const run = unchanged(
      isCluster ? await inCluster(invocation, context) : await here(context, [a!, b!]),
      async () => code === (await codeOf(experiment, settings.installation)),
    );
    const options = {
      ...{ experiment, a: a!, b: b!, pairs, seed, state: paths(settings.project).state, signal: invocation.signal },
      ...{ quick: values.boolean('quick'), fresh: values.boolean('fresh') },
      vars: { ...calibrated(experiment.configuration, machine), ...vars },
      ...{ run, code },
    };
    if (values.boolean('find-limit')) return limits(invocation, options);
    const result = await runBench({
      ...options,
      onRun({ order, pair, arm, seed: ofPair }, of, timeLeftMs) {
        const left = timeLeftMs === null ? '' : `, about ${timeText(timeLeftMs)} left`;
        progress(
          `\n[${order + 1}/${of}] pair ${pair + 1}, ${arm} (${arm === 'a' ? a!.name : b!.name}), seed ${ofPair}${left}`,
        );
      },
    });
    return outcome(invocation, result);
  },
};

async function outcome({ settings, positionals: [file] }: Invocation, { folder, summary, runs, notes }: BenchResult) {
  const [{ benchTable }, { writeBenchReport }] = await Promise.all([
    import('../bench/report/table.ts'),
    import('../bench/report/report.ts'),
  ]);
  const command = `pado bench ${file} --a ${summary.a} --b ${summary.b} --pairs ${summary.wantedPairs} --seed ${summary.seed}${summary.quick ? ' --quick' : ''}`;
  const files = await writeBenchReport({ directory: folder, summary, runs, command });
  const text = [
    benchTable(summary, { color: settings.drawing, width: settings.width }),
    summary.sentence,
    ...notes.map((note) => `  ${note}`),
    '',
    `report  ${shown(files.html)}`,
    `data    ${shown(files.runs)}, ${shown(files.bins)}, ${shown(files.json)}`,
  ].join('\n');
  return { json: { ...summary, notes, files }, text };
}

type Run = (request: ArmRequest) => Promise<ArmRun>;

async function here(context: ArmContext, arms: readonly Arm[]): Promise<Run> {
  if (arms.some(({ namespace }) => namespace !== undefined))
    throw usage('an arm that is a namespace needs --kubernetes');
  const { runArm } = await import('../bench/run-arm.ts');
  return (request) => runArm(request, context);
}

async function inCluster(invocation: Invocation, context: ArmContext): Promise<Run> {
  const [{ runArmInCluster }, { openNamespace }] = await Promise.all([
    import('../bench/run-arm-in-cluster.ts'),
    import('../kubernetes/commands/bench.ts'),
  ]);
  return (request) => runArmInCluster(request, (namespace) => openNamespace(invocation, context, namespace), context);
}

/** A benchmark takes long, and files are edited: half of it must not be of something else. */
const unchanged =
  (run: Run, isSame: () => Promise<boolean>): Run =>
  async (request) => {
    if (await isSame()) return run(request);
    throw new PadoError(
      'ERR_PADO_INVALID',
      `${request.experiment.file}, its load or the shop was changed while the benchmark went on; begin anew with --fresh`,
    );
  };

type LimitOptions = Omit<Parameters<typeof runBench>[0], 'onRun'>;

/** The knife-edge of each arm. From a fifth of the written trigger to four times it. */
async function limits({ progress }: Invocation, options: LimitOptions) {
  const { experiment, a, b, seed } = options;
  const { name, value } = magnitudeOf(experiment, options.vars);
  const found: { arm: string; limit: Limit }[] = [];
  for (const arm of [a, b]) {
    const limit = await findLimit({
      from: value / 5,
      to: name.endsWith('percent') ? Math.min(100, value * 4) : value * 4,
      async recovers(magnitude) {
        progress(`\n${arm.name}: ${name} = ${magnitude}`);
        const vars = { ...options.vars, [name]: magnitude };
        const request = { experiment, arm, seed, vars, directory: `${options.state}/bench/limits` };
        const run = await counted(() => options.run(request));
        // It would send the search the wrong way.
        if (run.void !== undefined)
          throw new PadoError(
            'ERR_PADO_K6',
            `two runs in a row are void, the search ends here: ${run.void.join('; ')}`,
          );
        const back = run.metrics.ttrRevertSeconds !== null;
        progress(`  ${back ? `recovered after ${run.metrics.ttrRevertSeconds} s` : 'did not recover'}`);
        return back;
      },
    });
    found.push({ arm: arm.name, limit });
  }
  const text = found.map(({ arm, limit }) => `${arm.padEnd(12)} ${limitText(name, limit)}`).join('\n');
  return { json: { experiment: experiment.name, trigger: name, limits: found }, text };
}

function magnitudeOf(
  { file, cascade, configuration }: Experiment,
  vars: Readonly<Record<string, unknown>>,
): { name: string; value: number } {
  const name = cascade?.trigger.name;
  const value = name === undefined ? undefined : (vars[name] ?? configuration[name]);
  if (name === undefined || typeof value !== 'number')
    throw usage(`${file} names no trigger whose magnitude could be looked for (extensions: pado: cascade: trigger)`);
  return { name, value };
}

const limitText = (name: string, { recovers, fails }: Limit): string => {
  if (fails === null) return `recovers from ${name} = ${recovers} and more`;
  if (recovers === null) return `does not even recover from ${name} = ${fails}`;
  return `recovers from ${name} = ${recovers}, not from ${fails}`;
};
