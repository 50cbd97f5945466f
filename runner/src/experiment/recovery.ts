import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult } from '../contracts.ts';
import { type RunContext, settleMs } from './context.ts';
import { windowsOf } from './experiment.ts';
import { judgeProbe } from './probe.ts';
import type { HypothesisProbe } from './schema.ts';

const everyMs = 1_000;
/** How far back a rate of the window `after` looks: the present, and nothing of the time before the revert. */
const presentMs = 5_000;

/** Asks the probes of the window `after` each second until they hold, for as long as the recovery may take. */
export async function recovery(context: RunContext): Promise<void> {
  const { experiment, recording, signal, tell } = context;
  const revertedAtMs = recording.windows.during?.endMs ?? Date.now();
  const probes = experiment.hypothesis.probes.filter(
    (probe) => probe.provider.type === 'prometheus' && windowsOf(probe).includes('after'),
  );
  tell({ type: 'phase', phase: 'recovery', durationMs: experiment.recoveryMs, text: 'every fault is reverted' });
  await sleep(settleMs, undefined, { signal });
  const results = await Promise.all(probes.map((probe) => untilMet(context, probe, revertedAtMs)));
  for (const result of results) {
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
  recording.windows.after = { startMs: revertedAtMs, endMs: Date.now() };
}

async function untilMet(
  { experiment, prometheus, signal }: RunContext,
  probe: HypothesisProbe,
  revertedAtMs: number,
): Promise<ProbeResult> {
  for (;;) {
    const endMs = Date.now();
    const startMs = Math.max(revertedAtMs, endMs - presentMs);
    const result = await judgeProbe(probe, 'after', { startMs, endMs }, prometheus, signal);
    if (result.met === true) return { ...result, recoveredAfterMs: endMs - revertedAtMs };
    if (endMs + everyMs - revertedAtMs > experiment.recoveryMs) return result;
    await sleep(everyMs, undefined, { signal });
  }
}
