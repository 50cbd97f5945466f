import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult } from '../contracts.ts';
import { checked } from './checked.ts';
import { type RunContext, settleMs } from './context.ts';
import { judgeProbe, looksBack } from './probe.ts';
import type { HypothesisProbe } from './schema.ts';
import { judgedIn } from './windows.ts';

const everyMs = 1_000;
/** How far back a rate of the window `after` looks: the present, and nothing of the time before the revert. */
const presentMs = 5_000;

/** Asks the probes of the window `after` each second until they hold, for as long as the recovery may take. */
export async function recovery(context: RunContext): Promise<void> {
  const { experiment, recording, signal, tell, controls } = context;
  const revertedAtMs = recording.windows.during?.endMs ?? Date.now();
  const probes = judgedIn(experiment, 'after').filter(({ provider }) => provider.type !== 'k6');
  const { recoveryMs, observeMs } = experiment;
  tell({
    type: 'phase',
    phase: 'recovery',
    durationMs: Math.max(recoveryMs, observeMs),
    text: recording.faults.length > 0 ? 'every fault is reverted' : 'the method is done',
  });
  if (probes.some(looksBack)) await sleep(settleMs, undefined, { signal });
  const results = await checked(controls, experiment.hypothesis, probes, (probe) =>
    untilMet(context, probe, revertedAtMs),
  );
  for (const result of results) {
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
  recording.windows.after = { startMs: revertedAtMs, endMs: Date.now() };
  if (results.length > 0) recording.recovery = { deadlineMs: recoveryMs, recoveredAfterMs: slowest(results) };
}

async function untilMet(
  { experiment, asking, signal, tell }: RunContext,
  probe: HypothesisProbe,
  revertedAtMs: number,
): Promise<ProbeResult> {
  for (let looks = 1; ; looks++) {
    const endMs = Date.now();
    const startMs = Math.max(revertedAtMs, endMs - presentMs);
    const result = await judgeProbe(probe, 'after', { startMs, endMs }, asking);
    if (result.met === true) return { ...result, recoveredAfterMs: endMs - revertedAtMs };
    // The last look is made at the deadline or before it: what comes later is too late.
    if (endMs + everyMs - revertedAtMs > experiment.recoveryMs) {
      return { ...result, looks: { count: looks, missed: looks, firstMissMs: revertedAtMs } };
    }
    tell({ type: 'look', result, atMs: endMs });
    await sleep(everyMs, undefined, { signal });
  }
}

/** null when a probe was not met in time. */
const slowest = (results: readonly ProbeResult[]): number | null =>
  results.some(({ recoveredAfterMs }) => recoveredAfterMs === undefined)
    ? null
    : Math.max(...results.map(({ recoveredAfterMs = 0 }) => recoveredAfterMs));
