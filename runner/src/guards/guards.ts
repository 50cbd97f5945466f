import type { Listener, Phase, ProbeResult, Stop, TimeWindow } from '../contracts.ts';
import type { ErrorBudget, StopCondition } from '../experiment/schema.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import type { Clock } from './clock.ts';

/** What watches a run and stops it when things go too far. */
export interface Guards {
  /** The run has come to a phase. What is watched in it only is forgotten with the next one. */
  readonly enter: (phase: Phase) => void;
  /** Ends the watch; nothing is told and nothing stopped afterwards. Twice is once. */
  readonly close: () => void;
}

/** Asks a stop condition once. A rejection, or an `error` in the result, says that it could not be asked. */
export type Look = (condition: StopCondition, window: TimeWindow, signal: AbortSignal) => Promise<ProbeResult>;

export interface GuardOptions {
  readonly conditions: readonly StopCondition[];
  readonly errorBudget?: ErrorBudget | undefined;
  /** What a Prometheus that does not answer means. */
  readonly prometheusDown: 'stop' | 'ignore';
  /** Whether anything in the run asks Prometheus, this room aside. */
  readonly needsPrometheus: boolean;
  readonly prometheus: Pick<Prometheus, 'number'>;
  readonly look: Look;
  /** The scrape interval, and how far apart two looks are at least. Default 1,000. */
  readonly everyMs?: number | undefined;
  /** `$__range` of a condition that asks Prometheus: a rate needs several scrapes. Default 5,000. */
  readonly rangeMs?: number | undefined;
  readonly tell: Listener;
  /** Called once, at the first miss. */
  readonly stop: (stop: Stop) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

/** The phase that the run is in, a new object each time it comes to one. */
export interface Stage {
  readonly phase: Phase;
  readonly sinceMs: number;
}

/** What each watcher shares with the others. */
export interface Watch {
  readonly everyMs: number;
  readonly rangeMs: number;
  readonly clock: Clock;
  readonly tell: Listener;
  readonly stop: (stop: Stop) => void;
  readonly signal: AbortSignal;
  /** undefined until the run has come to its first phase. */
  readonly stage: () => Stage | undefined;
}

/** Does its part of the watch once, and says in how many milliseconds it wants to again. */
export type Round = () => Promise<number>;
