import { dirname, join } from 'node:path';
import { services as allServices, type Journal, type Listener } from '../contracts.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { runExperiment } from '../experiment/run.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import { prometheus } from '../providers/prometheus.ts';
import { switchPolicies } from '../stack/policies.ts';
import type { StackOptions } from '../stack/start.ts';
import type { Arm } from './arms.ts';
import type { BenchRun, RunTimes } from './contracts.ts';
import { serverCounts } from './counts.ts';
import { dropped } from './metrics/drops.ts';
import { readLedger } from './metrics/ledger.ts';
import { measure } from './metrics/metrics.ts';
import { voidReasons } from './metrics/void.ts';
import { type OwnProgram, startOwnProgram } from './own-program.ts';
import { type Observed, observeSignature, settled } from './signature.ts';
import { type MachineSpoilers, watchMachine } from './spoilers.ts';

/** A run with what was seen of the cascade's signature. */
export interface ArmRun extends Omit<BenchRun, 'pair' | 'arm' | 'order'> {
  readonly signature: readonly Observed[];
  /** As the verdict's sentence says. */
  readonly reason: string;
}

export interface ArmRequest {
  readonly experiment: Experiment;
  readonly arm: Arm;
  readonly seed: number;
  /** Values of the configuration besides the seed: calibration, a weaker trigger, the user's own. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** Where run folders go. */
  readonly directory: string;
}

/** What the runs of a benchmark share. */
export interface ArmContext {
  readonly stack: Omit<StackOptions, 'shop' | 'bound' | 'signal'>;
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** One run of one arm, with fresh processes from beginning to end. */
export async function runArm(request: ArmRequest, context: ArmContext): Promise<ArmRun> {
  const { experiment, arm, seed, directory } = request;
  const { signal, listener } = context;
  // Loaded when needed: it brings PostgreSQL along.
  const { startStack } = await import('../stack/start.ts');
  // A program of the user's own needs agent and Prometheus alone.
  const shop = arm.command === undefined ? withEnvironment(experiment.shop, arm.environment) : { services: [] };
  let program: OwnProgram | undefined;
  let found: MachineSpoilers = { k6Cores: 0, hostBusy: 0, throttled: 0 };
  const stack = await startStack({ ...context.stack, shop, bound: true, signal });
  try {
    await Promise.race([switchPolicies(stack.file, arm.policies, signal), stack.died]);
    if (arm.command !== undefined) {
      program = await startOwnProgram({
        ...context.stack,
        command: arm.command,
        stack: stack.file,
        signal,
        workingDirectory: process.cwd(),
      });
    }
    let testId: string | undefined;
    const machine = watchMachine({ testId: () => testId });
    const { journal, journalFile } = await runExperiment({
      ...{ file: experiment.file, policies: arm.policies.preset, directory, signal },
      ...(program === undefined ? { stack: stack.file, died: stack.died } : program),
      vars: { ...request.vars, ...('seed' in experiment.configuration ? { seed } : {}) },
      listener(event) {
        if (event.type === 'started') testId = event.id;
        listener(event);
      },
    }).finally(() => {
      found = machine.stop();
    });
    signal.throwIfAborted();
    const times = timesOf(journal);
    const whole = { startMs: times.baseline.startMs, endMs: times.endMs };
    const store = prometheus(stack.file.prometheusUrl);
    await settled(signal);
    const of = { testId: journal.pado.id };
    const [samples, drops, baseline, after] = await Promise.all([
      readLedger(join(dirname(journalFile), 'ledger.ndjson'), { deadlineMs: deadlineMs(experiment) }),
      dropped(store, { ...of, window: whole }, signal),
      serverCounts(store, times.baseline, of, signal),
      serverCounts(store, { startMs: times.injectMs, endMs: times.endMs }, of, signal),
    ]);
    const { cascade: claim } = experiment;
    const { bins, metrics, droppedInBaseline, offeredInBaseline } = measure({
      ...{ samples, drops, times, deadlineMs: deadlineMs(experiment), counts: { baseline, after } },
      ...(claim?.goal === undefined ? {} : { goal: claim.goal }),
      ...(claim === undefined ? {} : { journeys: claim.journeys }),
      ...(claim?.leaf === undefined ? {} : { leaf: claim.leaf }),
    });
    const during = { startMs: times.injectMs, endMs: times.revertMs };
    const observe = { startMs: times.revertMs, endMs: times.endMs };
    const signature = await observeSignature(claim?.signature ?? [], { during, observe }, store, signal);
    const spoilers = { ...found, droppedInBaseline, offeredInBaseline };
    const reasons = voidReasons(spoilers, metrics);
    return {
      ...{ seed, policies: arm.name, times, bins, metrics, spoilers, signature },
      ...(reasons.length === 0 ? {} : { void: reasons }),
      journalFile,
      verdict: journal.pado.verdict,
      reason: journal.pado.reason,
    };
  } finally {
    await program?.stop();
    await stack.stop();
  }
}

/** Without a baseline there is nothing to compare with: such a run is told as it ended. */
function timesOf({ pado, end }: Journal): RunTimes {
  const { before, during, observe, after } = pado.windows;
  if (before === undefined || during === undefined)
    throw new Error(`the run ended before its trigger: ${pado.verdict}, ${pado.reason}`);
  return {
    baseline: before,
    injectMs: during.startMs,
    revertMs: during.endMs,
    endMs: observe?.endMs ?? after?.endMs ?? Date.parse(end),
  };
}

function withEnvironment(shop: ShopSettings | undefined, more: Arm['environment']): ShopSettings | undefined {
  if (more === undefined) return shop;
  const services = shop?.services ?? allServices;
  const env = Object.fromEntries(services.map((name) => [name, { ...shop?.env?.[name], ...more }]));
  return { ...shop, env };
}

/** How long a user waits: what the load is told, else its own default of 3 s. */
const deadlineMs = ({ load }: Experiment): number => 1_000 * Number(load?.env.PATIENCE ?? 3);
