import type { FaultStatus } from '@pado/fault';
import type { LoadSummary, OwnCount, PadoJournal, ProbeResult, ProbeWindow, Series, TimeWindow } from '../contracts.ts';

/** An activity as Chaos Toolkit's journal records it. */
export interface ActivityRecord {
  readonly activity: unknown;
  readonly output: unknown;
  readonly status: 'succeeded' | 'failed';
  readonly start: string;
  readonly end: string;
  /** Seconds. */
  readonly duration: number;
  readonly exception?: string;
}

/** What a run has found so far. It grows while the run goes, so that a run which fails leaves what it knew. */
export interface Recording {
  readonly startedAt: Date;
  readonly windows: { -readonly [Window in ProbeWindow]?: TimeWindow };
  readonly probes: ProbeResult[];
  readonly faults: FaultStatus[];
  readonly ownCounts: OwnCount[];
  readonly run: ActivityRecord[];
  readonly rollbacks: ActivityRecord[];
  readonly series: Series[];
  graph: PadoJournal['graph'];
  load?: LoadSummary;
}

export const newRecording = (startedAt: Date): Recording => ({
  startedAt,
  windows: {},
  probes: [],
  faults: [],
  ownCounts: [],
  run: [],
  rollbacks: [],
  series: [],
  graph: {},
});

/** Does an activity and records how it went; an error is recorded and thrown on. */
export async function recordActivity<T>(
  records: ActivityRecord[],
  activity: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const start = new Date();
  const record = (output: unknown, failure?: unknown) => {
    const end = new Date();
    records.push({
      activity,
      output,
      status: failure === undefined ? 'succeeded' : 'failed',
      start: start.toISOString(),
      end: end.toISOString(),
      duration: (end.getTime() - start.getTime()) / 1_000,
      ...(failure === undefined ? {} : { exception: failure instanceof Error ? failure.message : String(failure) }),
    });
  };
  try {
    const output = await work();
    record(output ?? null);
    return output;
  } catch (error) {
    record(null, error ?? 'unknown');
    throw error;
  }
}
