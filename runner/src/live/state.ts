import type { FaultStatus } from '@pado/fault';
import type { GraphSnapshot, Phase, ProbeResult, RunEvent } from '../contracts.ts';

export type Finished = Extract<RunEvent, { type: 'finished' }>;

/** What the view knows of the run that goes on. */
export interface LiveState {
  /** 0 before the first; the second run of one view is the improvement. */
  readonly run: number;
  readonly title: string;
  readonly policies: string;
  readonly directory: string;
  readonly startedMs: number;
  readonly phase?: {
    readonly name: Phase;
    readonly text: string;
    readonly startedMs: number;
    readonly durationMs: number | undefined;
  };
  readonly graph?: GraphSnapshot;
  readonly faults: readonly FaultStatus[];
  /** The latest result of each probe and window, in the order in which they were first judged. */
  readonly probes: readonly ProbeResult[];
  /** The latest. */
  readonly note?: { readonly level: 'info' | 'warning' | 'error'; readonly text: string };
  readonly finished?: Finished;
}

export const initial: LiveState = {
  run: 0,
  title: '',
  policies: '',
  directory: '',
  startedMs: 0,
  faults: [],
  probes: [],
};

/** The state after an event that came at `nowMs`, milliseconds of any clock that only goes forward. */
export function reduce(state: LiveState, event: RunEvent, nowMs: number): LiveState {
  switch (event.type) {
    case 'started': {
      const { title, policies, directory } = event;
      return { ...initial, run: state.run + 1, title, policies, directory, startedMs: nowMs };
    }
    case 'phase': {
      const { phase: name, text, durationMs } = event;
      return { ...state, phase: { name, text, startedMs: nowMs, durationMs } };
    }
    case 'graph':
      return { ...state, graph: event.graph };
    case 'fault':
      return { ...state, faults: replaced(state.faults, event.status, (one) => one.uid === event.status.uid) };
    case 'probe': {
      const { name, window } = event.result;
      const same = (one: ProbeResult) => one.name === name && one.window === window;
      return { ...state, probes: replaced(state.probes, event.result, same) };
    }
    case 'note':
      return { ...state, note: { level: event.level, text: event.text } };
    case 'finished':
      return { ...state, finished: event };
  }
}

function replaced<T>(list: readonly T[], item: T, same: (one: T) => boolean): readonly T[] {
  const index = list.findIndex(same);
  return index === -1 ? [...list, item] : list.with(index, item);
}

export const steps = ['steady state', 'hypothesis', 'experiment', 'verification', 'improvement'] as const;

/** The index of the step that the run is at. The hypothesis is up from the end of the baseline until the fault is in force. */
export function stepOf({ phase, faults }: LiveState): number {
  switch (phase?.name) {
    case undefined:
    case 'load':
    case 'steady-state':
      return 0;
    case 'experiment':
      return faults.some((fault) => fault.phase !== 'Pending') ? 2 : 1;
    case 'recovery':
    case 'done':
      return 3;
  }
}
