import { durationMs } from '@pado/fault';
import type { Lease } from '../providers/fault/lease.ts';
import { act, record } from './act.ts';
import { doActivities } from './activities.ts';
import type { RunContext } from './context.ts';
import { isFaultAction } from './fault-action.ts';
import { conclude, type Injected, inject } from './inject.ts';
import { type RunningScript, runScript, stopScripts } from './load.ts';
import type { Activity } from './schema.ts';
import type { FaultFacts } from './verdict.ts';

/**
 * Does the method, then reverts every fault, whatever happened: done, failed or interrupted. The window `during` goes
 * from the first application to the last revert; without a fault from the start of the first action, which is the
 * trigger then, to the method's end. Pushes what became of each
 * fault to `facts`, also when it throws. `cut` ends the method before its time, in good order.
 */
export async function runMethod(
  context: RunContext,
  { lease, facts, cut }: { readonly lease: Lease | undefined; readonly facts: FaultFacts[]; readonly cut: AbortSignal },
): Promise<void> {
  const { experiment, recording, signal, tell, fail, asking, controls } = context;
  const startMs = Date.now();
  const injected: Injected[] = [];
  const scripts: RunningScript[] = [];
  let firstActionMs: number | undefined;
  const until = AbortSignal.any([signal, cut]);
  const perform = async (activity: Activity, limit: AbortSignal): Promise<unknown> => {
    if (activity.type === 'action') firstActionMs ??= Date.now();
    if (isFaultAction(activity)) {
      return inject(context, lease?.name ?? '', activity, { injected, signal: limit });
    }
    if (activity.type === 'action' && activity.provider.type === 'k6') {
      return runScript(context, activity.name, activity.provider, { scripts, signal: limit });
    }
    const limited = { ...asking, call: { ...asking.call, signal: limit } };
    const answer = await (activity.type === 'action' ? act(activity, limited) : record(activity, startMs, limited));
    return answer.output;
  };

  tell({ type: 'phase', phase: 'experiment', durationMs: plannedMs(experiment.method), text: experiment.title });
  await controls.before('method', experiment.document);
  try {
    await doActivities(context, experiment.method, { records: recording.run, signal: until, perform });
  } catch (error) {
    const nobody = injected.some(({ unarmed }) => unarmed !== undefined);
    if (!nobody && !(cut.aborted && error === cut.reason)) fail(error);
  }
  // Faults first: what they hurt is waiting.
  const ended = await Promise.allSettled(injected.map((item) => conclude(context, item, facts)));
  for (const result of ended) if (result.status === 'rejected') fail(result.reason);
  await stopScripts(context, scripts);
  await controls.after('method', experiment.document, recording.run);
  const starts = injected.flatMap(({ fault }) => fault.startedAtMs() ?? []);
  const ends = injected.flatMap(({ fault }) => fault.revertedAtMs() ?? []);
  recording.windows.during = {
    startMs: starts.length === 0 ? (firstActionMs ?? startMs) : Math.min(...starts),
    endMs: ends.length === 0 ? Date.now() : Math.max(...ends),
  };
  signal.throwIfAborted();
}

/** The longest that a method can take by its own account. */
export const plannedMs = (method: RunContext['experiment']['method']): number =>
  method.reduce((sum, activity) => {
    const { pauses, background } = activity;
    const waits =
      isFaultAction(activity) && activity.provider.wait === 'ended' && background !== true
        ? durationMs(activity.provider.spec.ttl)
        : 0;
    return sum + waits + ((pauses?.before ?? 0) + (pauses?.after ?? 0)) * 1_000;
  }, 0);
