import { setTimeout as sleep } from 'node:timers/promises';
import { recordActivity } from '../journal/recording.ts';
import { followGraph } from '../observe/live-graph.ts';
import { holdLease, type Lease } from '../providers/fault/lease.ts';
import type { RunningLoad } from '../providers/k6/load.ts';
import { type K6Summary, k6Value } from '../providers/k6/summary.ts';
import { type RunContext, settleMs } from './context.ts';
import { plannedMs, recordProbe, runMethod } from './method.ts';
import { judgeSummary } from './probe.ts';
import { recovery } from './recovery.ts';
import { judgeWindow, steadyState, steadyStateMs } from './steady-state.ts';
import type { Facts, FaultFacts } from './verdict.ts';

/** What the phases found besides what they recorded. */
interface Outcome {
  readonly faults: readonly FaultFacts[];
  readonly load?: NonNullable<Facts['load']>;
}

/** Load, steady state, method, recovery. Never throws: what goes wrong fails the run, and everything is undone. */
export async function runPhases(context: RunContext): Promise<Outcome> {
  const { experiment, agent, directory, prometheus, recording, signal, tell, fail } = context;
  const faults: FaultFacts[] = [];
  const watching = new AbortController();
  let load: RunningLoad | undefined;
  let lease: Lease | undefined;
  let summary: K6Summary | undefined;
  try {
    load = await beginLoad(context);
    load?.crashed.catch(fail);
    followGraph(prometheus, (graph) => tell({ type: 'graph', graph }), AbortSignal.any([signal, watching.signal]));
    await sleep(experiment.warmupMs, undefined, { signal });
    if ((await steadyState(context)) && experiment.method.length > 0) {
      lease = await holdLease(agent, leaseName(directory.id));
      lease.lost.catch(fail);
      await runMethod(context, lease, faults);
      if (faults.every(({ unarmed }) => unarmed === undefined)) {
        await Promise.all([judgeDuring(context), recovery(context)]);
      }
      for (const probe of experiment.rollbacks)
        await recordActivity(recording.rollbacks, probe, () => recordProbe(context, probe));
    }
  } catch (error) {
    fail(error);
  } finally {
    watching.abort();
    await lease?.release();
    summary = await load?.stop().then(
      (result) => {
        recording.load = result.load;
        return result.summary;
      },
      (error) => void fail(error),
    );
  }
  if (summary === undefined) return { faults };
  if (!signal.aborted) judgeSummaries(context, summary);
  const count = (metric: string) => k6Value(summary, metric, 'count') ?? 0;
  return { faults, load: { iterations: count('iterations'), dropped: count('dropped_iterations') } };
}

async function beginLoad({
  experiment,
  directory,
  prometheus,
  environment,
  signal,
  tell,
}: RunContext): Promise<RunningLoad | undefined> {
  const { warmupMs, recoveryMs } = experiment;
  const { gatewayUrl, startLoad } = environment;
  const load = startLoad === undefined ? undefined : experiment.load;
  tell({
    type: 'phase',
    phase: 'load',
    durationMs: warmupMs,
    text: load === undefined ? 'no load of its own' : `k6 runs ${load.name}`,
  });
  if (load === undefined || startLoad === undefined) return undefined;
  const wholeMs = warmupMs + steadyStateMs(experiment) + plannedMs(experiment.method) + recoveryMs;
  return startLoad({
    ...load,
    env: {
      BASE_URL: gatewayUrl,
      DURATION: `${Math.ceil((wholeMs + slackMs) / 1_000)}s`,
      TEST_ID: directory.id,
      ...load.env,
    },
    directory: directory.path,
    prometheus,
    testId: directory.id,
    signal,
  });
}

/** The load must outlive the run, which stops it; should the runner be gone, it ends by itself this much later. */
const slackMs = 45_000;

async function judgeDuring(context: RunContext): Promise<void> {
  const { during } = context.recording.windows;
  await sleep(settleMs, undefined, { signal: context.signal });
  if (during !== undefined) context.recording.probes.push(...(await judgeWindow(context, 'during', during)));
}

function judgeSummaries({ experiment, recording, tell }: RunContext, summary: K6Summary): void {
  if (recording.windows.during === undefined && experiment.method.length > 0) return;
  for (const probe of experiment.hypothesis.probes.filter(({ provider }) => provider.type === 'k6')) {
    const result = judgeSummary(probe, summary);
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
}

/** The name of a lease is a label on Kubernetes: at most 63 characters. */
const leaseName = (id: string): string => `run-${id}`.toLowerCase().slice(0, 63).replace(/-+$/, '');
