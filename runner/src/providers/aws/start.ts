import type { Aws } from './client.ts';
import { ended, statesOf } from './instances.ts';
import { type Sleep, untilState } from './states.ts';

interface Options {
  readonly deadlineMs: number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

export interface Started {
  readonly started: readonly string[];
  readonly running: readonly string[];
  /** Ended meanwhile, as Karpenter does with a node that is stopped: nothing can start these. */
  readonly gone: readonly string[];
}

/**
 * Brings instances to run, whatever state they are in: what still stops is waited for, what runs is left alone. Safe to
 * be called twice, and when nothing was ever stopped.
 * @throws PadoError ERR_PADO_NOT_FOUND when the account knows none of them, or what the start met
 */
export async function startAll(aws: Aws, ids: readonly string[], options: Options): Promise<Started> {
  const { deadlineMs, sleep, signal } = options;
  const endsAt = performance.now() + deadlineMs;
  const wait = (wanted: readonly string[], hopeless: readonly string[]) => ({
    ...{ wanted, hopeless, sleep, signal },
    deadlineMs: Math.max(0, endsAt - performance.now()),
  });
  const settled = ['stopped', 'running', 'pending', ...ended];
  const now = await untilState(aws, ids, wait(settled, []));
  const inState = (...states: string[]) => now.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const [stopped, running, gone] = [inState('stopped'), inState('running', 'pending'), inState(...ended)];
  // One call each: AWS refuses a call as a whole when one of its instances cannot be started.
  const calls = stopped.map((id) => aws.call('ec2:StartInstances', { InstanceIds: [id] }, signal));
  const failures = (await Promise.allSettled(calls)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  if (stopped.length > 0) await untilState(aws, stopped, wait(['running'], ended));
  return { started: stopped, running, gone };
}

/** What `startAll` would do. */
export async function wouldStart(aws: Aws, ids: readonly string[], signal: AbortSignal): Promise<string> {
  const now = await statesOf(aws, ids, signal);
  return now
    .map(({ id, state }) => `${id} is ${state}${/^stop/.test(state) ? ' and would be started' : ': nothing to do'}`)
    .join(', ');
}

export const startedInWords = ({ started, running, gone }: Started): string =>
  [
    ...(started.length === 0 ? [] : [`started ${started.join(', ')} again`]),
    ...(running.length === 0 ? [] : [`${running.join(', ')} had run anyway`]),
    ...(gone.length === 0 ? [] : [`${gone.join(', ')} ended meanwhile and cannot be started`]),
  ].join('; ');
