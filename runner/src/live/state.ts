import type { FaultStatus } from '@pado/fault';
import type { GraphSnapshot, Phase, ProbeResult, RunEvent, Stop } from '../contracts.ts';

export type Activity = Extract<RunEvent, { type: 'activity' }>;
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
  /** The latest look at each probe of the open window; gone once it is judged, or the next phase begins. */
  readonly looks: readonly ProbeResult[];
  /** By probe and window, how it last was: met or missed. */
  readonly known: ReadonlyMap<string, boolean>;
  /** What goes on, and what ended last. */
  readonly activities: readonly Activity[];
  readonly stop?: Stop;
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
  looks: [],
  known: new Map(),
  activities: [],
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
      return { ...state, looks: [], phase: { name, text, startedMs: nowMs, durationMs } };
    }
    case 'graph':
      return { ...state, graph: event.graph };
    case 'fault':
      return { ...state, faults: replaced(state.faults, event.status, (one) => one.uid === event.status.uid) };
    case 'probe': {
      const same = isSame(event.result);
      const looks = state.looks.filter((one) => !same(one));
      return { ...state, looks, probes: replaced(state.probes, event.result, same) };
    }
    case 'look': {
      const { result } = event;
      const known = result.met === null ? state.known : new Map(state.known).set(keyOf(result), result.met);
      return { ...state, known, looks: replaced(state.looks, result, isSame(result)) };
    }
    case 'activity': {
      // Of those that are over the last one is shown, until another begins.
      const isOn = (one: Activity) => one.state === 'started' && one.name !== event.name;
      return { ...state, activities: [...state.activities.filter(isOn), event] };
    }
    case 'stop':
      return { ...state, stop: event.stop };
    case 'note':
      return { ...state, note: { level: event.level, text: event.text } };
    case 'finished':
      return { ...state, finished: event };
  }
}

export const keyOf = ({ name, window }: ProbeResult): string => `${window} ${name}`;

const isSame = (result: ProbeResult) => (one: ProbeResult) => keyOf(one) === keyOf(result);

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
