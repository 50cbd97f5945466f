import { finish } from '../cli/interrupt.ts';
import { act, record } from './act.ts';
import { doActivities } from './activities.ts';
import type { RunContext } from './context.ts';

/** A rollback that names no time. */
const timeoutMs = 60_000;

/** What a rollback strategy looks at. */
export interface Ending {
  /** Failed, aborted or interrupted. */
  readonly isCutShort: boolean;
  readonly deviated: boolean;
}

/**
 * Does the rollbacks, each with its own time limit and whatever became of the others, also after Ctrl-C. Faults need
 * none: they are reverted already. A rollback that fails is recorded and told, and its message given back.
 */
export async function rollBack(context: RunContext, ending: Ending): Promise<readonly string[]> {
  const { experiment, recording, asking, tell, controls } = context;
  const { rollbacks, runtime } = experiment;
  const { isCutShort, deviated } = ending;
  const wanted = { always: true, default: !isCutShort, deviated, never: false }[runtime.rollbackStrategy];
  if (rollbacks.length === 0) return [];
  if (!wanted) {
    tell({ type: 'note', level: 'info', text: `no rollbacks: the strategy is ${runtime.rollbackStrategy}` });
    return [];
  }
  using _ = finish('the rollbacks');
  const failures: string[] = [];
  const startMs = Date.now();
  // The run's own signal may be aborted by now, and what has been done must be undone all the same.
  const { signal } = new AbortController();
  await controls.before('rollback', experiment.document);
  for (const rollback of rollbacks) {
    try {
      await doActivities(context, [rollback], {
        records: recording.rollbacks,
        signal,
        timeoutMs,
        perform: async (activity, limit) => {
          const limited = { ...asking, call: { ...asking.call, signal: limit } };
          const answer = activity.type === 'action' ? act(activity, limited) : record(activity, startMs, limited);
          return (await answer).output;
        },
      });
    } catch (error) {
      const text = `the rollback "${rollback.name}" failed: ${(error as Error).message}`;
      tell({ type: 'note', level: 'error', text });
      failures.push(text);
    }
  }
  await controls.after('rollback', experiment.document, recording.rollbacks);
  return failures;
}
