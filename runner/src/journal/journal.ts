import { arch, release, type as system } from 'node:os';
import type { Journal, ProbeResult, ProbeWindow } from '../contracts.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Judgement } from '../experiment/verdict.ts';
import type { Recording } from './recording.ts';

/** The version of Chaos Toolkit's library whose journal this has the form of. */
const chaoslibVersion = '1.45.0';

interface Frame {
  readonly id: string;
  readonly policies: string;
  readonly status: Journal['status'];
  readonly endedAt: Date;
}

/** The journal of a run: Chaos Toolkit's fields, and under `pado` what they have no room for. */
export function toJournal(
  experiment: Experiment,
  recording: Recording,
  { verdict, reason }: Judgement,
  { id, policies, status, endedAt }: Frame,
): Journal {
  const { startedAt, windows, probes, faults, ownCounts, load, series, graph } = recording;
  return {
    'chaoslib-version': chaoslibVersion,
    platform: `${system()} ${release()} ${arch()}`,
    node: process.version,
    experiment: experiment.document,
    start: startedAt.toISOString(),
    end: endedAt.toISOString(),
    duration: (endedAt.getTime() - startedAt.getTime()) / 1_000,
    status,
    deviated: verdict === 'deviated',
    steady_states: {
      before: steadyState(experiment, probes, 'before'),
      after: steadyState(experiment, probes, 'after'),
      during: [steadyState(experiment, probes, 'during')].filter((state) => state !== null),
    },
    run: recording.run,
    rollbacks: recording.rollbacks,
    pado: {
      version: 1,
      id,
      verdict,
      reason,
      policies,
      windows,
      probes,
      faults,
      ownCounts,
      ...(load === undefined ? {} : { load }),
      series,
      graph,
    },
  };
}

/** The probes of one window as Chaos Toolkit writes a steady state; null when none was judged. */
function steadyState({ hypothesis }: Experiment, probes: readonly ProbeResult[], window: ProbeWindow): unknown {
  const judged = probes.filter((probe) => probe.window === window);
  if (judged.length === 0) return null;
  return {
    steady_state_met: judged.every(({ met }) => met === true),
    probes: judged.map(({ name, value, met, error }) => ({
      activity: hypothesis.probes.find((probe) => probe.name === name),
      output: value,
      status: error === undefined ? 'succeeded' : 'failed',
      tolerance_met: met === true,
      ...(error === undefined ? {} : { exception: error }),
    })),
  };
}
