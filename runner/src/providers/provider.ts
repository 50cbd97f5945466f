import type { ProbeResult } from '../contracts.ts';

/** What an activity's provider is given and gives back; one file (or folder) a provider beside this one. */

export interface CallContext {
  readonly signal: AbortSignal;
  /** Resolved values of the experiment's configuration, by name. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Resolved secrets, by group and name. Never in a log, an event or a journal. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where relative paths of the file begin: the working directory, as in Chaos Toolkit. */
  readonly cwd: string;
}

export interface Answer {
  /** As Chaos Toolkit's journal has it: {status, headers, body} of http, {status, stdout, stderr} of process. */
  readonly output: unknown;
  readonly durationMs: number;
  /** How many samples (requests, scrapes) the value stands on, where that is known. */
  readonly samples?: number;
  /** The PromQL that was asked. */
  readonly query?: string;
  readonly unit?: string;
  /** Where a range was looked at step by step; `firstMissMs` counts from the window's start. */
  readonly looks?: ProbeResult['looks'];
}
