/** What the rooms of the benchmark hand to one another: arms, runs, metrics, the comparison. Types only. */
import type { TimeWindow } from '../contracts.ts';

/** One request of a user, as the load's ledger has it. */
export interface Sample {
  /** When the user arrived by the schedule, in Unix milliseconds; k6 may have been late. */
  readonly atMs: number;
  readonly journey: string;
  /** bad: an error, a wrong answer, or none within the deadline D. */
  readonly outcome: 'good' | 'degraded' | 'bad';
  /** From scheduled arrival to answer, at most D. */
  readonly durationMs: number;
  readonly status: number;
}

/** When what happened in one run. */
export interface RunTimes {
  readonly baseline: TimeWindow;
  /** The trigger's first effect. */
  readonly injectMs: number;
  /** The trigger's end. */
  readonly revertMs: number;
  readonly endMs: number;
}

/** One second of the run, keyed by scheduled arrival. */
export interface Bin {
  /** Whole seconds since injection; negative before it. */
  readonly second: number;
  /** Dropped iterations included, which are bad. */
  readonly offered: number;
  readonly good: number;
  readonly degraded: number;
  readonly bad: number;
  /** Mean duration of good and degraded answers in milliseconds; null without. */
  readonly meanMs: number | null;
}

export interface EdgeCount {
  readonly from: string;
  readonly to: string;
  /** Calls that code made. */
  readonly originals: number;
  /** Requests that were sent. */
  readonly attempts: number;
}

/** What is counted in the services over a window, from Prometheus. */
export interface ServerCounts {
  readonly edges: readonly EdgeCount[];
  /** Requests worked on to the end for nobody, all services. */
  readonly wasted: number;
  /** Requests worked on, all services. */
  readonly served: number;
  /** Requests refused before any work: shed, bulkhead, breaker, throttle. */
  readonly refused: number;
  /** Seconds of CPU of the services' processes. */
  readonly cpuSeconds: number;
}

export interface RunMetrics {
  /** Baseline: share of good answers, 0 to 1. */
  readonly g0: number;
  /** Σ max(0, goal − g(t)) · 1 s from injection to end, in seconds. Primary. */
  readonly sloLossSeconds: number;
  /** Good answers that the baseline's share would have given and the run did not. */
  readonly lostGood: number;
  /** The least share of good answers over five seconds from injection on, 0 to 1. */
  readonly depth: number;
  /** Seconds from revert to the start of the first 30 s that are as good as the baseline; null: not within the run. */
  readonly ttrRevertSeconds: number | null;
  /** The same from injection. */
  readonly ttrInjectSeconds: number | null;
  /** Seconds from revert to the end: what a null above stands for at least. */
  readonly observedSeconds: number;
  /** Not recovered for at least 60 s after revert; null when the run was not that long. */
  readonly metastable: boolean | null;
  /** Attempts per original by edge, `gateway → catalog`, from injection to end. */
  readonly amplification: Readonly<Record<string, number>>;
  /** Requests at the leaf per request of a user, over the baseline's; null without a leaf. */
  readonly leafAmplification: number | null;
  /** Share of the work that was done for nobody, 0 to 1. */
  readonly wastedShare: number | null;
  /** Good answers lost on journeys that do not depend on the fault. */
  readonly collateral: number;
  /** Baseline figures: what the policies cost in peace. */
  readonly p50Ms: number | null;
  /** From all requests, failures at D; p95 below 1,000 requests. */
  readonly p99Ms: number | null;
  readonly tail: 'p99' | 'p95';
  readonly cpuMsPerRequest: number | null;
  /** Share of requests refused without a fault, 0 to 1. */
  readonly falseRejects: number;
}

/** What spoils a run, so that nothing may be concluded from it. */
export interface Spoilers {
  readonly droppedInBaseline: number;
  readonly offeredInBaseline: number;
  /** Mean cores that k6 took. */
  readonly k6Cores: number;
  /** Most that the machine was busy for ten seconds, 0 to 1. */
  readonly hostBusy: number;
  /** Periods in which the kernel throttled our cgroup. */
  readonly throttled: number;
}

export type ArmName = 'a' | 'b';

/** One run of one arm. Kept as JSON in the bench's folder, beside its samples. */
export interface BenchRun {
  readonly pair: number;
  readonly arm: ArmName;
  /** Place in the order of execution, from 0. */
  readonly order: number;
  readonly seed: number;
  readonly policies: string;
  readonly times: RunTimes;
  readonly bins: readonly Bin[];
  readonly metrics: RunMetrics;
  readonly spoilers: Spoilers;
  /** Why nothing may be concluded from it; absent: it counts. */
  readonly void?: readonly string[];
  /** Journal, relative to the bench's folder. */
  readonly journalFile: string;
  readonly verdict: string;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One metric compared over pairs, b − a (or the log ratio b/a). */
export interface Comparison {
  readonly metric: string;
  readonly unit: string;
  readonly scale: 'difference' | 'ratio';
  /** Medians of the arms. */
  readonly a: number;
  readonly b: number;
  /** Hodges–Lehmann; a ratio is given as a ratio. */
  readonly estimate: number;
  /** Bootstrap 95%, seeded, 10,000-fold; expanded percentiles, since plain ones are too narrow for few pairs. */
  readonly interval: Interval;
  /** Sign-flip permutation test, exact up to 16 pairs. */
  readonly p: number;
  /** After Holm over the secondary metrics; absent for the primary. */
  readonly adjusted?: number;
  readonly pairs: number;
  /** How many runs of each arm were cut off: their value is a lower bound. */
  readonly censored?: { readonly a: number; readonly b: number };
}

export interface BenchSummary {
  readonly experiment: string;
  readonly a: string;
  readonly b: string;
  readonly seed: number;
  readonly wantedPairs: number;
  readonly pairs: number;
  readonly voidRuns: number;
  readonly quick: boolean;
  readonly primary: Comparison | null;
  readonly secondary: readonly Comparison[];
  /** Recovered after the revert, with McNemar's exact p; null without pairs. */
  readonly recovered: { readonly a: number; readonly b: number; readonly p: number; readonly pairs: number } | null;
  /** From an A/A bench, where there is one: half width of its interval of the primary metric. */
  readonly noiseFloor: number | null;
  /** Whether anything may be claimed, and if not, why. */
  readonly claim: 'better' | 'worse' | 'none';
  readonly sentence: string;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly memoryGib: number;
    readonly node: string;
  };
}
