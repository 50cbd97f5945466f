import { setTimeout as sleep } from 'node:timers/promises';
import { followGraph } from '../observe/live-graph.ts';
import { holdLease, type Lease } from '../providers/fault/lease.ts';
import type { LoadResult, RunningLoad } from '../providers/k6/load.ts';
import { type RunContext, settleMs } from './context.ts';
import { type DuringLooks, lookDuring } from './during.ts';
import { isFaultAction } from './fault-action.ts';
import { type Guarding, guard } from './guard.ts';
import { beginLoad, endLoad, judgeSummaries, loadFacts, patienceMs } from './load.ts';
import { runMethod } from './method.ts';
import { needsOf } from './needs.ts';
import { looksBack } from './probe.ts';
import { recovery } from './recovery.ts';
import { rollBack } from './rollbacks.ts';
import { judgeWindow, steadyState } from './steady-state.ts';
import { undoActions } from './undo.ts';
import type { Facts, FaultFacts } from './verdict.ts';
import { judgedIn } from './windows.ts';

/** What the phases found besides what they recorded. */
export interface Outcome {
  readonly faults: readonly FaultFacts[];
  readonly load?: NonNullable<Facts['load']>;
  readonly leftovers: readonly string[];
}

/** Load, steady state, method, recovery, rollbacks. Never throws: what goes wrong fails the run, and all is undone. */
export async function runPhases(context: RunContext): Promise<Outcome> {
  const { experiment, recording, signal, tell, fail, environment, prometheus, dry } = context;
  const faults: FaultFacts[] = [];
  const watching = new AbortController();
  let guarding: Guarding | undefined;
  let load: RunningLoad | undefined;
  let ended: LoadResult | undefined;
  try {
    guarding = guard(context);
    guarding.enter('load');
    const asks = dry !== 'probes' && dry !== 'activities';
    if (dry !== 'actions' && dry !== 'activities') load = await beginLoad(context);
    if (environment.prometheusUrl !== undefined && needsOf(experiment).prometheus) {
      followGraph(prometheus, (graph) => tell({ type: 'graph', graph }), AbortSignal.any([signal, watching.signal]));
    }
    await sleep(experiment.warmupMs, undefined, { signal });
    guarding.enter('steady-state');
    if ((!asks || (await steadyState(context))) && experiment.method.length > 0) {
      await experimentOn(context, guarding, faults, asks);
    }
  } catch (error) {
    fail(error);
  } finally {
    guarding?.close();
    watching.abort();
    ended = await endLoad(context, load);
  }
  if (ended !== undefined && !signal.aborted) {
    await judgeSummaries(context, ended.summary).catch(fail);
  }
  const deviated = recording.probes.some(({ window, met }) => window !== 'before' && met === false);
  const isCutShort = signal.aborted || recording.probes.some(({ window, met }) => window === 'before' && met !== true);
  // First what Pado itself has done: what it hurts is waiting, and a rollback of the file may take its minute.
  const left = await undoActions(context);
  const leftovers = [...left, ...(await rollBack(context, { isCutShort, deviated }))];
  return { faults, leftovers, ...(ended === undefined ? {} : { load: loadFacts(ended.summary) }) };
}

/** The method under its lease and its guards, and what is judged of it. */
async function experimentOn(
  context: RunContext,
  guarding: Guarding,
  faults: FaultFacts[],
  asks: boolean,
): Promise<void> {
  const { experiment, directory, fail, tell } = context;
  const cut = new AbortController();
  let lease: Lease | undefined;
  let looks: DuringLooks | undefined;
  try {
    if (experiment.method.some(isFaultAction)) {
      lease = await holdLease(context.agent, leaseName(directory.id));
      lease.lost.catch(fail);
    }
    guarding.enter('experiment');
    looks = asks ? lookDuring(context) : undefined;
    looks?.missed.then((name) => {
      tell({ type: 'note', level: 'warning', text: `"${name}" missed: the method ends here (fail_fast)` });
      cut.abort(new Error('fail_fast'));
    });
    await runMethod(context, { lease, facts: faults, cut: cut.signal });
    if (!asks || faults.some(({ unarmed }) => unarmed !== undefined)) return;
    guarding.enter('recovery');
    await Promise.all([judgeDuring(context, looks), recovery(context), observe(context)]);
  } finally {
    looks?.close();
    await lease?.release();
    // Both went on at once; who reads them wants the order of time.
    const order = ['before', 'during', 'after'];
    context.recording.probes.sort((one, other) => order.indexOf(one.window) - order.indexOf(other.window));
  }
}

async function judgeDuring(context: RunContext, looks: DuringLooks | undefined): Promise<void> {
  const { recording, signal } = context;
  const { during } = recording.windows;
  if (during === undefined || looks === undefined) return;
  recording.probes.push(...(await looks.judge(during)));
  if (!judgedIn(context.experiment, 'during').some(looksBack)) return;
  await sleep(settleMs, undefined, { signal });
  recording.probes.push(...(await judgeWindow(context, 'during', during, looksBack)));
}

/** The load goes on so long after the trigger, whether all is well again or not: how a failure that stays is seen. */
async function observe({ experiment, recording, signal }: RunContext): Promise<void> {
  const startMs = recording.windows.during?.endMs ?? Date.now();
  if (experiment.observeMs === 0) return;
  await sleep(Math.max(0, startMs + experiment.observeMs - Date.now()), undefined, { signal });
  recording.windows.observe = { startMs, endMs: Date.now() };
  // Who came last may still wait for an answer: cut off with the load, it would not count as the bad one that it is.
  await sleep(patienceMs(experiment), undefined, { signal });
}

/** The name of a lease is a label on Kubernetes: at most 63 characters. */
const leaseName = (id: string): string => `run-${id}`.toLowerCase().slice(0, 63).replace(/-+$/, '');
