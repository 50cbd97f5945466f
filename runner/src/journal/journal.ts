import { arch, hostname, release, type as system } from 'node:os';
import type { Journal, ProbeResult, ProbeWindow } from '../contracts.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { resilienceScore } from '../experiment/score.ts';
import { concealer, shown } from '../experiment/shown.ts';
import type { Judgement } from '../experiment/verdict.ts';
import type { Recording } from './recording.ts';
import { stamp } from './stamp.ts';

/** The version of Chaos Toolkit's library whose journal this has the form of. */
const chaoslibVersion = '1.44.0';

interface Frame {
  readonly id: string;
  readonly policies: string;
  readonly status: Journal['status'];
  readonly endedAt: Date;
  readonly dry: boolean;
}

/** The journal of a run: Chaos Toolkit's fields, and under `pado` what they have no room for. */
export function toJournal(
  experiment: Experiment,
  recording: Recording,
  { verdict, reason }: Judgement,
  { id, policies, status, endedAt, dry }: Frame,
): Journal {
  const { startedAt, windows, probes, faults, ownCounts, load, series, graph } = recording;
  const { stop, recovery, arrivals, excerpts } = recording;
  return concealer(experiment)({
    'chaoslib-version': chaoslibVersion,
    platform: `${system()} ${release()} ${arch()}`,
    node: hostname(),
    experiment: experiment.document,
    start: stamp(startedAt),
    end: stamp(endedAt),
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
      ...(stop === undefined ? {} : { stop }),
      ...(recovery === undefined ? {} : { recovery }),
      resilienceScore: resilienceScore(probes),
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(excerpts === undefined ? {} : { excerpts }),
      ...(dry ? { dry } : {}),
    },
  });
}

/** The probes of one window as Chaos Toolkit writes a steady state; null when none was judged. */
function steadyState({ hypothesis }: Experiment, probes: readonly ProbeResult[], window: ProbeWindow): unknown {
  const judged = probes.filter((probe) => probe.window === window);
  if (judged.length === 0) return null;
  return {
    steady_state_met: judged.every(({ met }) => met === true),
    probes: judged.map(({ name, value, output, met, error, askedAtMs = 0, tookMs = 0 }) => {
      const probe = hypothesis?.probes.find((one) => one.name === name);
      return {
        activity: probe === undefined ? { type: 'probe', name } : shown(probe),
        output: output ?? value,
        start: stamp(new Date(askedAtMs)),
        end: stamp(new Date(askedAtMs + tookMs)),
        duration: tookMs / 1_000,
        status: error === undefined ? 'succeeded' : 'failed',
        tolerance_met: met === true,
        ...(error === undefined ? {} : { exception: [`${error}\n`] }),
      };
    }),
  };
}
