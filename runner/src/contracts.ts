/**
 * What the rooms of the runner hand to one another: the stack (processes on one machine), the run (experiment, probes,
 * verdict, journal), and the eyes (live view, report). Types only.
 */
import type { AgentFile, FaultStatus } from '@pado/fault';
import type { ShopSettings } from './experiment/schema/shop.ts';

export const services = [
  'gateway',
  'catalog',
  'cart',
  'orders',
  'payments',
  'inventory',
  'shipping',
  'recommendations',
] as const;
export type ServiceName = (typeof services)[number];

// ---- stack -------------------------------------------------------------------------------------------------------

/** A running shop with its observers; written to `.pado/stack.json` (without methods) for the other commands. */
export interface StackFile {
  readonly startedAt: string;
  /** The first process of each service that was started. */
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>;
  /** Every process of each service that was started, in order. */
  readonly instances: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
  /** How the shop was built, where an experiment said so. */
  readonly settings?: ShopSettings | undefined;
  /** Services that end, or whose /healthz fails, are started again. */
  readonly supervised: boolean;
  readonly databaseUrl: string;
  readonly prometheusUrl: string;
  readonly agent: AgentFile;
  readonly policiesFile: string;
  readonly logsDirectory: string;
  readonly k6: string;
  /** In the order in which they were started. */
  readonly processes: readonly StackProcess[];
  /** The runner that holds the stack (a lab, or `pado up` until all is ready); absent once it stands by itself. */
  readonly owner?: { readonly pid: number; readonly startTicks: number } | undefined;
}

export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  /** Start time in clock ticks since boot (field 22 of /proc/PID/stat): tells a reused pid. */
  readonly startTicks: number;
  readonly log: string;
  /** How often it was started again, in a supervised stack. */
  readonly restarts?: number;
}

// ---- run ---------------------------------------------------------------------------------------------------------

/** held: the hypothesis is true; inconclusive: never applied, no data, or no steady state before; aborted: stop condition. */
export type Verdict = 'held' | 'deviated' | 'inconclusive' | 'aborted' | 'error';

export const exitCodes: Readonly<Record<Verdict, number>> = {
  held: 0,
  deviated: 1,
  inconclusive: 3,
  aborted: 4,
  error: 5,
};

export type Phase = 'load' | 'steady-state' | 'experiment' | 'recovery' | 'done';

/** When a probe is judged. before: over the baseline; during: first application to last revert; after: the recovery. */
export type ProbeWindow = 'before' | 'during' | 'after';

/** An interval of wall-clock time, in Unix milliseconds. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

export interface ProbeResult {
  readonly name: string;
  readonly window: ProbeWindow;
  /** The observed value; null when there was no data. Of an answer with parts, the part that was judged. */
  readonly value: number | string | boolean | null;
  /** The whole answer where it has parts: {status, headers, body} or {status, stdout, stderr}; texts are cut at 2,000. */
  readonly output?: unknown;
  readonly unit?: string;
  /** The tolerance in words, such as `< 0.5 s`. */
  readonly expected: string;
  /** null: no data, so neither met nor missed. */
  readonly met: boolean | null;
  /** How many samples (requests, scrapes) the value stands on, where that is known. */
  readonly samples?: number;
  readonly query?: string;
  readonly error?: string;
  /** For `after` probes: milliseconds from revert until the tolerance was met. */
  readonly recoveredAfterMs?: number;
  /** `failure`: the tolerance describes the failure that the fault must cause; it is judged during only. */
  readonly expect?: 'steady' | 'failure';
  /** Asked again and again during the window: how many looks, how many missed, and when the first one did (Unix ms). */
  readonly looks?: { readonly count: number; readonly missed: number; readonly firstMissMs?: number };
  /** Weight in the resilience score; default 1. */
  readonly weight?: number;
  /** When it was asked, in Unix milliseconds, and how long the answer took. */
  readonly askedAtMs?: number;
  readonly tookMs?: number;
}

/** Why a run stopped by itself. */
export interface Stop {
  /** The stop condition's name, `error budget`, or `Prometheus does not answer`. */
  readonly name: string;
  /** In a sentence, with the observed value. */
  readonly reason: string;
  readonly atMs: number;
  /** Milliseconds from the miss until every fault was seen to be reverted. */
  readonly revertedAfterMs?: number;
}

/** An edge or service that left its band: its value moved further from the baseline than noise does. */
export interface Arrival {
  /** `orders → payments`, or a service by name. */
  readonly place: string;
  readonly from?: string;
  readonly to: string;
  readonly metric: 'p99' | 'errors' | 'in flight';
  /** Milliseconds since the fault's first application. */
  readonly afterMs: number;
  /** The baseline's band, and the value that left it. */
  readonly band: readonly [number, number];
  readonly value: number;
}

/** Lines of a log or spans of a trace that show what the fault did; cut, and free of secrets. */
export interface Excerpt {
  readonly source: string;
  readonly atMs: number;
  readonly text: string;
}

/** One line of a chart; points are [unix seconds, value], null where there was no sample. */
export interface Series {
  readonly name: string;
  readonly unit: 's' | 'ratio' | 'rps' | 'count' | (string & {});
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number | null])[];
}

export interface EdgeStats {
  readonly from: string;
  readonly to: string;
  /** Requests a second. */
  readonly rate: number;
  /** Share of requests that failed, 0 to 1; null without requests. */
  readonly errorRate: number | null;
  /** Seconds; null without requests. */
  readonly p99: number | null;
}

export interface GraphSnapshot {
  readonly atMs: number;
  /** `load` → gateway is the users' own view (from k6). */
  readonly edges: readonly EdgeStats[];
  /** Requests in flight, by service. */
  readonly inFlight: Readonly<Record<string, number>>;
  /** Requests that wait for the gateway's in-flight cap. */
  readonly queued: number;
  /** The gateway's in-flight cap, where it is known. */
  readonly cap?: number;
}

export interface LoadSummary {
  readonly script: string;
  readonly requests: number;
  /** By journey (browse, checkout): good, degraded and bad counts. */
  readonly journeys: Readonly<
    Record<string, { readonly good: number; readonly degraded: number; readonly bad: number }>
  >;
  readonly droppedIterations: number;
  readonly exitCode: number;
}

/** What a fault's target counted itself, from just before arming to just after the last revert, beside the evidence. */
export interface OwnCount {
  readonly fault: string;
  /** Index in the fault's `effects`. */
  readonly effect: number;
  readonly service: string;
  /** What was counted, such as `POST /charges`. */
  readonly what: string;
  readonly applied: number;
  /** null when the service could not be asked. */
  readonly counted: number | null;
}

/** One arm of a run in the journal, under `pado`. */
export interface PadoJournal {
  readonly version: 1;
  readonly id: string;
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly reason: string;
  readonly policies: string;
  readonly windows: {
    readonly before?: TimeWindow;
    readonly during?: TimeWindow;
    readonly after?: TimeWindow;
    /** Last revert to the end of the load, where the experiment asks to be observed. */
    readonly observe?: TimeWindow;
  };
  readonly probes: readonly ProbeResult[];
  /** Each fault with requested and delivered dose, as read after the last revert. */
  readonly faults: readonly FaultStatus[];
  /** An independent witness for the applied counts, where a service has a counter of its own. */
  readonly ownCounts?: readonly OwnCount[];
  readonly load?: LoadSummary;
  /** For the charts: from baseline to end, one point a second. */
  readonly series: readonly Series[];
  /** Means over each window. */
  readonly graph: Readonly<Partial<Record<ProbeWindow, GraphSnapshot>>>;
  /** Set when the verdict is `aborted`. */
  readonly stop?: Stop;
  /** Judged against the recovery's deadline: null when not every probe held again in time. */
  readonly recovery?: { readonly deadlineMs: number; readonly recoveredAfterMs: number | null };
  /** Litmus': the weighted share of probes that are within tolerance, 0 to 100; null when none was judged. */
  readonly resilienceScore?: number | null;
  /** In the order in which the wave travelled. */
  readonly arrivals?: readonly Arrival[];
  readonly excerpts?: readonly Excerpt[];
  /** `dry`: nothing was done. */
  readonly dry?: true;
}

/** Chaos Toolkit's journal, with ours under `pado`. */
export interface Journal {
  readonly 'chaoslib-version': string;
  readonly platform: string;
  readonly node: string;
  readonly experiment: unknown;
  readonly start: string;
  readonly end: string;
  /** Seconds. */
  readonly duration: number;
  readonly status: 'completed' | 'failed' | 'aborted' | 'interrupted';
  readonly deviated: boolean;
  readonly steady_states: { readonly before: unknown; readonly after: unknown; readonly during: readonly unknown[] };
  readonly run: readonly unknown[];
  readonly rollbacks: readonly unknown[];
  readonly pado: PadoJournal;
}

// ---- eyes --------------------------------------------------------------------------------------------------------

/** What a run tells while it goes; the live view and `--events` consume it. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      readonly title: string;
      readonly policies: string;
      readonly directory: string;
    }
  | { readonly type: 'phase'; readonly phase: Phase; readonly durationMs?: number; readonly text: string }
  | { readonly type: 'graph'; readonly graph: GraphSnapshot }
  | { readonly type: 'fault'; readonly status: FaultStatus }
  | { readonly type: 'probe'; readonly result: ProbeResult }
  /** A look while the window is still open: shown, not judged. */
  | { readonly type: 'look'; readonly result: ProbeResult; readonly atMs: number }
  /** An activity of the method or of the rollbacks begins or has ended. */
  | {
      readonly type: 'activity';
      readonly name: string;
      readonly state: 'started' | 'succeeded' | 'failed' | 'skipped';
      readonly background?: boolean;
      readonly error?: string;
    }
  | { readonly type: 'stop'; readonly stop: Stop }
  | { readonly type: 'note'; readonly level: 'info' | 'warning' | 'error'; readonly text: string }
  | {
      readonly type: 'finished';
      readonly journal: Journal;
      readonly journalFile: string;
      readonly reportFile?: string;
    };

export type Listener = (event: RunEvent) => void;
