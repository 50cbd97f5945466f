import { basename, join } from 'node:path';
import { presets } from '@pado/kit/presets';
import type { Experiment } from '../experiment/experiment.ts';
import type { CascadeClaim } from '../experiment/schema/cascade.ts';
import type { Arm } from './arms.ts';
import { type Assertion, type CascadeRun, judgeCascade } from './cascade-judge.ts';
import { type CascadeStep, cascadePlan, type PlanOptions } from './cascade-plan.ts';
import { counted } from './counted.ts';
import type { ArmRequest, ArmRun } from './measure-run.ts';
import { openStore } from './store.ts';

/** A cascade with its claims judged by the runs that there are. */
export interface CascadeResult {
  readonly name: string;
  readonly title: string;
  readonly fix: string;
  readonly metastable: boolean;
  readonly trigger: { readonly name: string; readonly value: unknown; readonly weaker: number };
  readonly runs: readonly CascadeRun[];
  readonly assertions: readonly Assertion[];
  /** Every claim came true. */
  readonly proven: boolean;
}

export interface CascadeOptions extends PlanOptions {
  /** `.pado` of the project. */
  readonly state: string;
  readonly fresh: boolean;
  /** Values that the calibration sets, by experiment. */
  readonly calibrated: (configuration: Experiment['configuration']) => Readonly<Record<string, number>>;
  readonly fix: (name: string) => Promise<Arm>;
  /** Tells what else decides the results: the code of the shop and of the load. */
  readonly code: string;
  readonly run: (request: ArmRequest) => Promise<ArmRun>;
  readonly signal: AbortSignal;
  /** Told before and after each run. */
  readonly onStep: (step: CascadeStep, state: 'begins' | 'kept' | 'done', run?: CascadeRun) => void;
}

/** Proves one cascade; runs that were made before are not made again. */
export async function proveCascade(
  experiment: Experiment,
  claim: CascadeClaim,
  options: CascadeOptions,
): Promise<CascadeResult> {
  const { trigger, fix = 'full', metastable = false } = claim;
  const fixed = await options.fix(fix);
  const vars = options.calibrated(experiment.configuration);
  const folder = join(options.state, 'cascades', experiment.name);
  const identity = { experiment: experiment.document, naive: presets.naive, fixed, vars, code: options.code };
  const store = await openStore<CascadeRun>(folder, identity, { fresh: options.fresh });
  const kept = new Map((await store.runs()).map((run) => [run.name, run]));
  const runs: CascadeRun[] = [];
  for (const step of cascadePlan(claim, options)) {
    options.signal.throwIfAborted();
    const earlier = kept.get(step.name);
    if (earlier !== undefined && earlier.void === undefined) {
      options.onStep(step, 'kept', earlier);
      runs.push(earlier);
      continue;
    }
    const arm = armOf(step.role, fixed);
    const magnitude = { [trigger.name]: trigger.weaker };
    const weaker = step.role === 'weaker' ? { ...magnitude, ...options.calibrated(magnitude) } : {};
    const run = await counted(async (): Promise<CascadeRun> => {
      options.onStep(step, 'begins');
      const made = await options.run({
        ...{ experiment, arm, seed: step.seed, vars: { ...vars, ...weaker } },
        directory: join(folder, 'journals'),
      });
      const one = { ...made, name: step.name, role: step.role };
      await store.keep(step.name, one);
      options.onStep(step, 'done', one);
      return one;
    });
    runs.push(run);
  }
  const assertions = judgeCascade(claim, runs);
  return {
    ...{ name: basename(experiment.name), title: experiment.title, fix, metastable, runs, assertions },
    trigger: { ...trigger, value: experiment.configuration[trigger.name] },
    proven: assertions.every(({ met }) => met === true),
  };
}

function armOf(role: CascadeStep['role'], fixed: Arm): Arm {
  if (role === 'fixed') return fixed;
  const name = role === 'weaker' ? 'naive' : role;
  return { name, policies: presets[name] };
}
