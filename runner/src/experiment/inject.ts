import { type FaultStatus, isPadoError } from '@pado/fault';
import { appliedChart } from '../observe/charts.ts';
import { type OwnCounter, ownCounters } from '../providers/fault/own-count.ts';
import { appliedCount, createFault, type RunningFault } from '../providers/fault/running-fault.ts';
import type { RunContext } from './context.ts';
import { type FaultAction, faultName } from './fault-action.ts';
import type { FaultFacts } from './verdict.ts';

/** A fault that the method has made, until it is concluded. */
export interface Injected {
  readonly fault: RunningFault;
  readonly counters: readonly (OwnCounter & { readonly before: number | null })[];
  /** Why no target was in force in time. */
  unarmed?: string;
}

/** Makes a fault and waits as its action says; what was made is pushed to `injected` first, so that it is undone. */
export async function inject(
  context: RunContext,
  leaseName: string,
  action: FaultAction,
  { injected, signal }: { readonly injected: Injected[]; readonly signal: AbortSignal },
): Promise<FaultStatus> {
  const { agent, environment, tell } = context;
  const { provider } = action;
  const counters = await Promise.all(
    ownCounters(provider.spec, environment.instances).map(async (counter) => ({
      ...counter,
      before: await counter.read(),
    })),
  );
  signal.throwIfAborted();
  const fault = await createFault(agent, {
    name: faultName(action),
    spec: { ...provider.spec, leaseName },
    onStatus: (status) => tell({ type: 'fault', status }),
  });
  const item: Injected = { fault, counters };
  injected.push(item);
  try {
    await fault.armed(signal);
  } catch (error) {
    if (isPadoError(error) && error.code === 'ERR_PADO_NO_TARGET') item.unarmed = error.message;
    throw error;
  }
  if (provider.wait === 'ended') await fault.ended(signal);
  return fault.status();
}

/** Ends a fault, keeps its evidence, and lets the agent forget it. */
export async function conclude(
  { agent, recording, tell, environment }: RunContext,
  item: Injected,
  facts: FaultFacts[],
): Promise<void> {
  const { fault, counters, unarmed } = item;
  const early = endedEarly(fault.status(), environment);
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

function endedEarly(
  { phase, endReason, targets }: FaultStatus,
  { supervised = false }: RunContext['environment'],
): string | undefined {
  const lost = supervised ? undefined : targets.find(({ state }) => state === 'lost');
  if (lost !== undefined) return `its target ${lost.name} was lost`;
  return phase === 'Ended' && endReason !== 'ttl' ? (endReason ?? 'for no known reason') : undefined;
}
