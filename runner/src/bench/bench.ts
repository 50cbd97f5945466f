import { join, relative } from 'node:path';
import type { Experiment } from '../experiment/experiment.ts';
import type { Arm } from './arms.ts';
import { claimOf, gateOf } from './claim.ts';
import { compareRuns } from './compare.ts';
import type { BenchRun, BenchSummary } from './contracts.ts';
import { counted } from './counted.ts';
import { machineOf } from './identity.ts';
import type { ArmRequest, ArmRun } from './measure-run.ts';
import { readNoise, writeNoise } from './noise.ts';
import { type PlannedRun, planOf, progressOf } from './plan.ts';
import { sentenceOf } from './sentence.ts';
import { openStore } from './store.ts';

export interface BenchOptions {
  readonly experiment: Experiment;
  readonly a: Arm;
  readonly b: Arm;
  readonly pairs: number;
  readonly seed: number;
  /** One pair, and no claim. */
  readonly quick: boolean;
  readonly fresh: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  /** `.pado` of the project. */
  readonly state: string;
  /** Tells what else decides the results: the code of the shop and of the load. */
  readonly code: string;
  readonly run: (request: ArmRequest) => Promise<ArmRun>;
  readonly signal: AbortSignal;
  readonly onRun: (run: PlannedRun, of: number, timeLeftMs: number | null) => void;
}

export interface BenchResult {
  readonly folder: string;
  readonly summary: BenchSummary;
  readonly runs: readonly BenchRun[];
  /** What stands beside the claim, such as that no A/A gate was run. */
  readonly notes: readonly string[];
}

/** Compares two arms in interleaved pairs; what was run before, in an interrupted benchmark, is not run again. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { experiment, a, b, seed, quick, state, signal } = options;
  const wantedPairs = quick ? 1 : options.pairs;
  const folder = join(state, 'bench', folderName(experiment.name, a.name, b.name, seed));
  const identity = { experiment: experiment.document, a, b, vars: options.vars, code: options.code };
  const plan = planOf({ pairs: wantedPairs, seed, quick });
  let store = await openStore<BenchRun>(folder, identity, { fresh: options.fresh });
  let kept = await store.runs();
  // What runs there may have changed since, unseen: only an interrupted benchmark of it goes on.
  if ([a, b].some(isBeyondSight) && isComplete(plan, kept)) {
    store = await openStore<BenchRun>(folder, identity, { fresh: true });
    kept = [];
  }
  const runs = new Map(kept.map((run) => [keyOf(run), run]));
  const tookMs: number[] = [];
  for (const planned of plan) {
    const before = runs.get(keyOf(planned));
    if (before !== undefined && before.void === undefined) continue;
    await counted(async () => {
      signal.throwIfAborted();
      options.onRun(planned, plan.length, progressOf(plan, [...runs.values()], tookMs).timeLeftMs);
      const startedMs = performance.now();
      const {
        signature: _signature,
        reason: _reason,
        ...made
      } = await options.run({
        ...{ experiment, seed: planned.seed, vars: options.vars },
        arm: planned.arm === 'a' ? a : b,
        directory: join(folder, 'journals'),
      });
      tookMs.push(performance.now() - startedMs);
      const { pair, arm, order } = planned;
      const run = { ...made, pair, arm, order, journalFile: relative(folder, made.journalFile) };
      runs.set(keyOf(run), run);
      await store.keep(fileName(run), run);
      return run;
    });
  }
  const made = plan.flatMap((planned) => runs.get(keyOf(planned)) ?? []);
  const concluded = await conclude(options, made, wantedPairs);
  const old = tookMs.length === 0 ? [`all ${made.length} runs were made before; --fresh measures anew`] : [];
  return { folder, runs: made, ...concluded, notes: [...old, ...concluded.notes] };
}

async function conclude(
  { experiment, a, b, seed, quick, state }: BenchOptions,
  runs: readonly BenchRun[],
  wantedPairs: number,
): Promise<Pick<BenchResult, 'summary' | 'notes'>> {
  const { pairs, voidPairs, primary, secondary, change, recovered, leftOut } = compareRuns(runs, { seed });
  const isGate = JSON.stringify(a) === JSON.stringify(b);
  const noise = await readNoise(state, experiment.name, [a.name, b.name]);
  const noiseFloor = noise?.halfWidthSeconds ?? null;
  const gatePassed = noise === undefined ? {} : { gatePassed: noise.passed };
  const claim = claimOf({ primary, quick, pairs, voidPairs, noiseFloor, ...gatePassed });
  const gate = isGate ? gateOf(primary) : undefined;
  // Half of its pairs lost, a gate says little of the machine.
  if (gate !== undefined && gate.noiseFloor !== null && !quick && pairs >= 6 && voidPairs <= pairs / 3) {
    const { noiseFloor: halfWidthSeconds, passed } = gate;
    const at = new Date().toISOString();
    await writeNoise(state, { experiment: experiment.name, policies: a.name, pairs, halfWidthSeconds, passed, at });
  }
  const names = { a: a.name, b: b.name };
  return {
    summary: {
      ...{ experiment: experiment.name, ...names, seed, wantedPairs, pairs, quick, primary, secondary },
      voidRuns: runs.filter((run) => run.void !== undefined).length,
      recovered,
      noiseFloor,
      claim: gate === undefined ? claim.claim : 'none',
      sentence: gate?.text ?? sentenceOf({ ...names, primary, change, claim }),
      machine: machineOf(),
    },
    notes: [
      ...(gate === undefined ? claim.caveats : []),
      ...leftOut.map(({ metric, reason }) => `${metric} is left out: ${reason}`),
    ],
  };
}

const isBeyondSight = ({ command, namespace }: Arm): boolean => command !== undefined || namespace !== undefined;

const isComplete = (plan: readonly PlannedRun[], runs: readonly BenchRun[]): boolean =>
  plan.every((planned) => runs.some((run) => keyOf(run) === keyOf(planned) && run.void === undefined));

const keyOf = ({ pair, arm }: Pick<PlannedRun, 'pair' | 'arm'>): string => `${pair}-${arm}`;
const fileName = ({ order, pair, arm }: BenchRun): string => `${String(order).padStart(3, '0')}-pair${pair}-${arm}`;

const folderName = (experiment: string, a: string, b: string, seed: number): string =>
  [experiment, a, b, seed]
    .map((part) =>
      String(part)
        .replace(/[^A-Za-z0-9.+-]+/g, '_')
        .slice(0, 60),
    )
    .join('--');
