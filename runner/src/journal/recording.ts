import type { FaultStatus } from '@pado/fault';
import type { Arrival, Excerpt, LoadSummary, OwnCount, PadoJournal, ProbeResult, Series, Stop } from '../contracts.ts';
import { stamp } from './stamp.ts';

/** An activity as Chaos Toolkit's journal records it. */
export interface ActivityRecord {
  readonly activity: unknown;
  readonly output: unknown;
  readonly status: 'succeeded' | 'failed';
  readonly start: string;
  readonly end: string;
  /** Seconds. */
  readonly duration: number;
  /** The message; Chaos Toolkit's own has a line of the stack each. */
  readonly exception?: readonly string[];
  readonly dry?: true;
}

/** What a run has found so far. It grows while the run goes, so that a run which fails leaves what it knew. */
export interface Recording {
  readonly startedAt: Date;
  readonly windows: { -readonly [Window in keyof PadoJournal['windows']]: PadoJournal['windows'][Window] };
  readonly probes: ProbeResult[];
  readonly faults: FaultStatus[];
  readonly ownCounts: OwnCount[];
  readonly run: ActivityRecord[];
  readonly rollbacks: ActivityRecord[];
  readonly series: Series[];
  graph: PadoJournal['graph'];
  load?: LoadSummary;
  stop?: Stop;
  recovery?: NonNullable<PadoJournal['recovery']>;
  arrivals?: readonly Arrival[];
  excerpts?: readonly Excerpt[];
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

/** Does an activity and records how it went, at the place where it began; an error is recorded and thrown on. */
export async function recordActivity<T>(
  records: ActivityRecord[],
  activity: unknown,
  work: () => Promise<T>,
  { dry }: { readonly dry?: true } = {},
): Promise<T> {
  const start = new Date();
  const place = records.length;
  const record = (output: unknown, failure?: unknown) => {
    const end = new Date();
    records[place] = {
      activity,
      output,
      status: failure === undefined ? 'succeeded' : 'failed',
      start: stamp(start),
      end: stamp(end),
      duration: (end.getTime() - start.getTime()) / 1_000,
      ...(failure === undefined ? {} : { exception: [`${failure instanceof Error ? failure.message : failure}\n`] }),
      ...(dry === undefined ? {} : { dry }),
    };
  };
  // What a journal says that is read while it goes on.
  record(null, 'it has not ended');
  try {
    const output = await work();
    record(output ?? null);
    return output;
  } catch (error) {
    record(null, error ?? 'unknown');
    throw error;
  }
}
