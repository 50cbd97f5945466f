import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult, ProbeWindow, TimeWindow } from '../contracts.ts';
import { checked } from './checked.ts';
import { type RunContext, settleMs } from './context.ts';
import { judgeProbe, looksBack } from './probe.ts';
import { judgedIn } from './windows.ts';

/** A machine that is busy with something else gets another chance before the run is given up. */
const attempts = 3;

/**
 * Watches the system for a whole baseline and judges it. True when every probe of the window `before` holds. Where a
 * fault is to follow, a system that is not steady yet is watched again; the last baseline is the one that counts.
 */
export async function steadyState(context: RunContext): Promise<boolean> {
  const { experiment, recording, tell } = context;
  // An error budget is measured by the baseline too.
  if (judgedIn(experiment, 'before').length === 0 && experiment.errorBudget === undefined) return true;
  for (let left = attemptsOf(experiment); ; left--) {
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
  tell({ type: 'phase', phase: 'steady-state', durationMs: baselineMs, text: experiment.hypothesis?.title ?? '' });
  const startMs = Date.now();
  await sleep(baselineMs, undefined, { signal });
  const window = { startMs, endMs: Date.now() };
  recording.windows.before = window;
  if (judgedIn(experiment, 'before').some(looksBack)) await sleep(settleMs, undefined, { signal });
  return judgeWindow(context, 'before', window);
}

/** Judges every probe of a window that `fits`; all of them, for the first miss must not hide the others. */
export async function judgeWindow(
  { experiment, asking, tell, controls }: RunContext,
  name: ProbeWindow,
  window: TimeWindow,
  fits: (probe: ReturnType<typeof judgedIn>[number]) => boolean = () => true,
): Promise<readonly ProbeResult[]> {
  const probes = judgedIn(experiment, name)
    .filter(({ provider }) => provider.type !== 'k6')
    .filter(fits);
  const results = await checked(controls, experiment.hypothesis, probes, (probe) =>
    judgeProbe(probe, name, window, asking),
  );
  for (const result of results) tell({ type: 'probe', result });
  return results;
}

/** A look at the present costs nothing to repeat by running again; a baseline does. */
const attemptsOf = ({ baselineMs, method }: RunContext['experiment']): number =>
  baselineMs > 0 && method.length > 0 ? attempts : 1;

/** The longest that finding the steady state can take. */
export const steadyStateMs = (experiment: RunContext['experiment']): number =>
  attemptsOf(experiment) * (experiment.baselineMs + settleMs);
