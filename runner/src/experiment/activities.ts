import { setTimeout as sleep } from 'node:timers/promises';
import { PadoError } from '@pado/fault';
import { type ActivityRecord, recordActivity } from '../journal/recording.ts';
import type { RunContext } from './context.ts';
import type { Activity } from './schema.ts';
import { shown } from './shown.ts';

/** How long an activity may take that names no time: long enough for a drain, short enough to end. */
const defaultTimeoutMs = 3_600_000;

export interface Doing {
  readonly records: ActivityRecord[];
  /** Ends what is being done. */
  readonly signal: AbortSignal;
  /** Default one hour; rollbacks have a shorter one, for a run must end. */
  readonly timeoutMs?: number;
  /** Does one activity and gives its output. */
  readonly perform: (activity: Activity, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Does activities in order, with their pauses. Those in the background are waited for at the end. The first action that
 * fails ends the list, because what follows would rest on it; a probe that fails is recorded, and the list goes on.
 * @throws what an action threw
 */
export async function doActivities(context: RunContext, activities: readonly Activity[], doing: Doing): Promise<void> {
  const pending: Promise<void>[] = [];
  const failure = new AbortController();
  let first: { readonly error: unknown } | undefined;
  const fail = (error: unknown, name = 'another activity') => {
    first ??= { error };
    failure.abort(new PadoError('ERR_PADO_PROVIDER', `it was ended, for "${name}" had failed`));
  };
  const signal = AbortSignal.any([doing.signal, failure.signal]);
  try {
    for (const activity of activities) {
      await pause(context, activity.pauses?.before, signal);
      const done = doActivity(context, activity, { ...doing, signal });
      if (activity.background === true) {
        done.catch((error) => fail(error, activity.name));
        pending.push(done);
      } else await done;
      await pause(context, activity.pauses?.after, signal);
    }
  } catch (error) {
    // What was aborted because of another failure is not the first.
    if (!failure.signal.aborted) fail(error);
  }
  await Promise.allSettled(pending);
  if (first !== undefined) throw first.error;
}

async function doActivity(context: RunContext, activity: Activity, doing: Doing): Promise<void> {
  const { tell, dry, controls } = context;
  const { name, type, timeout, background } = activity;
  const { records, perform, timeoutMs = defaultTimeoutMs } = doing;
  const event = { type: 'activity', name, ...(background === true ? { background } : {}) } as const;
  const left = activity.dry === true || dry === 'activities' || dry === `${type}s`;
  if (left) {
    await recordActivity(records, shown(activity), async () => null, { dry: true });
    tell({ ...event, state: 'skipped' });
    return;
  }
  const limit = new AbortController();
  const limitMs = timeout === undefined ? timeoutMs : timeout * 1_000;
  const timer = setTimeout(() => limit.abort(tooLong(name, limitMs)), limitMs);
  const signal = AbortSignal.any([doing.signal, limit.signal]);
  tell({ ...event, state: 'started' });
  await controls.before('activity', shown(activity));
  const place = records.length;
  try {
    await recordActivity(records, shown(activity), () => perform(activity, signal));
    tell({ ...event, state: 'succeeded' });
  } catch (error) {
    const cause = limit.signal.aborted ? limit.signal.reason : error;
    tell({ ...event, state: 'failed', error: (cause as Error).message });
    if (type === 'action' || doing.signal.aborted) throw cause;
    tell({ type: 'note', level: 'warning', text: `the probe "${name}" failed: ${(cause as Error).message}` });
  } finally {
    clearTimeout(timer);
    await controls.after('activity', shown(activity), records[place]);
  }
}

const tooLong = (name: string, ms: number): PadoError =>
  new PadoError('ERR_PADO_PROVIDER', `"${name}" took longer than its ${ms / 1_000} s`);

const pause = async ({ dry }: RunContext, seconds = 0, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  if (seconds > 0 && dry !== 'pause' && dry !== 'activities') await sleep(seconds * 1_000, undefined, { signal });
};
