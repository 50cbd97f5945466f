import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult, ProbeWindow, TimeWindow } from '../contracts.ts';
import { type RunContext, settleMs } from './context.ts';
import { windowsOf } from './experiment.ts';
import { judgeProbe } from './probe.ts';

/** A machine that is busy with something else gets another chance before the run is given up. */
const attempts = 3;

/**
 * Watches the shop for a whole baseline and judges it. True when every probe of the window `before` holds. Where a fault
 * is to follow, a shop that is not steady yet is watched again; the last baseline is the one that counts.
 */
export async function steadyState(context: RunContext): Promise<boolean> {
  const { experiment, recording, tell } = context;
  for (let left = experiment.method.length > 0 ? attempts : 1; ; left--) {
    const results = await baseline(context);
    const missed = results.filter(({ met }) => met !== true);
    if (missed.length === 0 || left === 1) {
      recording.probes.push(...results);
      return missed.length === 0;
    }
    const names = missed.map(({ name }) => name).join(', ');
    tell({ type: 'note', level: 'warning', text: `not steady yet (${names}): watching for another baseline` });
  }
}

async function baseline(context: RunContext): Promise<readonly ProbeResult[]> {
  const { experiment, recording, signal, tell } = context;
  const { baselineMs } = experiment;
  tell({ type: 'phase', phase: 'steady-state', durationMs: baselineMs, text: experiment.hypothesis.title });
  const startMs = Date.now();
  await sleep(baselineMs, undefined, { signal });
  const window = { startMs, endMs: Date.now() };
  recording.windows.before = window;
  await sleep(settleMs, undefined, { signal });
  return judgeWindow(context, 'before', window);
}

/** Judges every Prometheus probe of a window; all of them, for the first miss must not hide the others. */
export async function judgeWindow(
  { experiment, prometheus, signal, tell }: RunContext,
  name: ProbeWindow,
  window: TimeWindow,
): Promise<readonly ProbeResult[]> {
  const probes = experiment.hypothesis.probes.filter((probe) => windowsOf(probe).includes(name));
  const results = await Promise.all(probes.map((probe) => judgeProbe(probe, name, window, prometheus, signal)));
  for (const result of results) tell({ type: 'probe', result });
  return results;
}

/** The longest that finding the steady state can take. */
export const steadyStateMs = ({ baselineMs, method }: RunContext['experiment']): number =>
  (method.length > 0 ? attempts : 1) * (baselineMs + settleMs);
