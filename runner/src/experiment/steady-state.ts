import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeWindow, TimeWindow } from '../contracts.ts';
import { type RunContext, settleMs } from './context.ts';
import { windowsOf } from './experiment.ts';
import { judgeProbe } from './probe.ts';

/** Watches the shop for the whole baseline, then judges it. True when every probe of the window `before` holds. */
export async function steadyState(context: RunContext): Promise<boolean> {
  const { experiment, recording, signal, tell } = context;
  const { baselineMs } = experiment;
  tell({ type: 'phase', phase: 'steady-state', durationMs: baselineMs, text: experiment.hypothesis.title });
  const startMs = Date.now();
  await sleep(baselineMs, undefined, { signal });
  const window = { startMs, endMs: Date.now() };
  recording.windows.before = window;
  await sleep(settleMs, undefined, { signal });
  await judgeWindow(context, 'before', window);
  return recording.probes.every(({ met }) => met === true);
}

/** Judges every Prometheus probe of a window; all of them, for the first miss must not hide the others. */
export async function judgeWindow(
  { experiment, prometheus, recording, signal, tell }: RunContext,
  name: ProbeWindow,
  window: TimeWindow,
) {
  const probes = experiment.hypothesis.probes.filter((probe) => windowsOf(probe).includes(name));
  const results = await Promise.all(probes.map((probe) => judgeProbe(probe, name, window, prometheus, signal)));
  for (const result of results) {
    recording.probes.push(result);
    tell({ type: 'probe', result });
  }
}
