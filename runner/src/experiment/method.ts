import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs, type FaultStatus, isPadoError } from '@pado/fault';
import { recordActivity } from '../journal/recording.ts';
import { appliedChart } from '../observe/charts.ts';
import type { Lease } from '../providers/fault/lease.ts';
import { type OwnCounter, ownCounters } from '../providers/fault/own-count.ts';
import { appliedCount, createFault, type RunningFault } from '../providers/fault/running-fault.ts';
import { withRange } from '../providers/prometheus.ts';
import { faultName } from './check.ts';
import type { RunContext } from './context.ts';
import type { FaultAction, RecordedProbe } from './schema.ts';
import type { FaultFacts } from './verdict.ts';

interface Injected {
  readonly fault: RunningFault;
  readonly counters: readonly (OwnCounter & { readonly before: number | null })[];
  unarmed?: string;
}

/**
 * Does the method, then reverts every fault, whatever happened: done, failed or interrupted. The window `during` goes
 * from the first application to the last revert. Pushes what became of each fault to `facts`, also when it throws.
 */
export async function runMethod(context: RunContext, lease: Lease, facts: FaultFacts[]): Promise<void> {
  const { experiment, recording, signal, tell, fail } = context;
  const startMs = Date.now();
  const injected: Injected[] = [];
  tell({ type: 'phase', phase: 'experiment', durationMs: plannedMs(experiment.method), text: experiment.title });
  try {
    for (const activity of experiment.method) {
      await pause(activity.pauses?.before, signal);
      await recordActivity<unknown>(recording.run, activity, () =>
        activity.type === 'action'
          ? inject(context, lease, activity, injected)
          : recordProbe(context, activity, startMs),
      );
      await pause(activity.pauses?.after, signal);
    }
  } catch (error) {
    const last = injected.at(-1);
    if (last !== undefined && isPadoError(error) && error.code === 'ERR_PADO_NO_TARGET') last.unarmed = error.message;
    else fail(error);
  }
  const ended = await Promise.allSettled(injected.map((item) => conclude(context, item, facts)));
  for (const result of ended) if (result.status === 'rejected') fail(result.reason);
  const starts = injected.flatMap(({ fault }) => fault.startedAtMs() ?? []);
  const ends = injected.flatMap(({ fault }) => fault.revertedAtMs() ?? []);
  recording.windows.during = {
    startMs: starts.length === 0 ? startMs : Math.min(...starts),
    endMs: ends.length === 0 ? Date.now() : Math.max(...ends),
  };
  signal.throwIfAborted();
}

/** The longest that a method can take by its own account. */
export const plannedMs = (method: RunContext['experiment']['method']): number =>
  method.reduce((sum, { pauses, ...activity }) => {
    const waits =
      activity.type === 'action' && activity.provider.wait === 'ended' ? durationMs(activity.provider.spec.ttl) : 0;
    return sum + waits + ((pauses?.before ?? 0) + (pauses?.after ?? 0)) * 1_000;
  }, 0);

async function inject(
  context: RunContext,
  lease: Lease,
  action: FaultAction,
  injected: Injected[],
): Promise<FaultStatus> {
  const { agent, environment, signal, tell } = context;
  const { provider } = action;
  const counters = await Promise.all(
    ownCounters(provider.spec, environment.urls).map(async (counter) => ({ ...counter, before: await counter.read() })),
  );
  signal.throwIfAborted();
  const spec = { ...provider.spec, leaseName: lease.name };
  const fault = await createFault(agent, {
    name: faultName(action),
    spec,
    onStatus: (status) => tell({ type: 'fault', status }),
  });
  injected.push({ fault, counters });
  await fault.armed(signal);
  if (provider.wait === 'ended') await fault.ended(signal);
  return fault.status();
}

/** Ends a fault, keeps its evidence, and lets the agent forget it. */
async function conclude({ agent, recording, tell }: RunContext, item: Injected, facts: FaultFacts[]): Promise<void> {
  const { fault, counters, unarmed } = item;
  const early = endedEarly(fault.status());
  let status = fault.status();
  try {
    status = await fault.revert();
    for (const { service, effect, what, before, read } of counters) {
      const after = await read();
      const counted = before === null || after === null ? null : after - before;
      const applied = status.evidence.find(({ index }) => index === effect)?.applied ?? 0;
      recording.ownCounts.push({ fault: fault.name, effect, service, what, applied, counted });
    }
    await agent.remove(fault.name);
  } finally {
    recording.faults.push(status);
    recording.series.push(appliedChart(fault.name, fault.samples));
    tell({ type: 'fault', status });
    facts.push({
      name: fault.name,
      applied: appliedCount(status),
      ...(unarmed === undefined ? {} : { unarmed }),
      ...(early === undefined ? {} : { endedEarly: early }),
    });
  }
}

function endedEarly({ phase, endReason, targets }: FaultStatus): string | undefined {
  const lost = targets.find(({ state }) => state === 'lost');
  if (lost !== undefined) return `its target ${lost.name} was lost`;
  return phase === 'Ended' && endReason !== 'ttl' ? (endReason ?? 'for no known reason') : undefined;
}

/** A probe among the actions: its value now, over the time that the method has taken. */
export async function recordProbe(
  { prometheus, signal }: RunContext,
  { provider }: RecordedProbe,
  startMs = Date.now(),
): Promise<number | null> {
  const endMs = Date.now();
  return prometheus.number(withRange(provider.query, Math.max(1_000, endMs - startMs)), endMs, signal);
}

const pause = async (seconds = 0, signal: AbortSignal): Promise<void> => {
  if (seconds > 0) await sleep(seconds * 1_000, undefined, { signal });
};
