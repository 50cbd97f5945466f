import { durationMs, isPadoError, PadoError } from '@pado/fault';
import type { AwsAction } from '../../experiment/schema.ts';
import type { Aws } from './client.ts';
import { ended } from './instances.ts';
import { chooseInstances } from './selection.ts';
import { startAll, startedInWords } from './start.ts';
import { settleMs, untilState } from './states.ts';
import type { Surroundings } from './surroundings.ts';
import type { Undoing } from './undoing.ts';

type Stop = Extract<AwsAction, { readonly action: 'stop-instances' }>;

/** How long a start may take after all: minutes of stopping, and then the start. */
export const startLimitMs = 600_000;

/**
 * Stops instances. What undoes it is in the journal before the first call and in `undoing` until the run ends; when a
 * call fails, all of them run again before this throws.
 */
export async function stopInstances(
  aws: Aws,
  action: Stop,
  around: Surroundings & { readonly undoing: Undoing },
  signal: AbortSignal,
): Promise<object> {
  const { intents, held, sleep, undoing, note } = around;
  const taken = await chooseInstances(aws, action, around, signal);
  const ids = taken.map(({ id }) => id);
  const isUndone = action.rollback !== 'none';
  const intent = await intents.begin({
    kind: 'aws',
    what: `stops ${ids.join(', ')} in ${aws.region}`,
    undo: isUndone ? 'starts what is stopped' : null,
    data: { action: action.action, region: aws.region, account: taken[0]?.owner, ids },
  });
  for (const id of ids) held.add(id);
  const startAgain = async (limit: AbortSignal): Promise<string> => {
    const started = await startAll(aws, ids, { deadlineMs: startLimitMs, sleep, signal: limit });
    await intent.close('undone');
    for (const id of started.started.concat(started.running)) held.delete(id);
    return startedInWords(started);
  };
  const entry = undoing.add(intent.intent.what, startAgain);
  try {
    // A call each, at once: which of them were obeyed is then known, and all stop together.
    const calls = ids.map((id) => aws.call('ec2:StopInstances', { InstanceIds: [id] }, signal));
    const failure = (await Promise.allSettled(calls)).find((one) => one.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  } catch (error) {
    // Also with `rollback: none`: what was wanted did not come about. A failed call may have been obeyed all the same.
    throw await halfDone(error, ids, { ...around, undo: () => entry.now(), signal });
  }
  const deadlineMs = durationMs(action.deadline ?? '5m');
  await untilState(aws, ids, { wanted: ['stopped'], hopeless: ended, deadlineMs, sleep, signal });
  if (!isUndone) {
    await intent.close('done');
    entry.drop();
    note('warning', `${ids.join(', ')} stay stopped: rollback is none`);
  }
  return {
    region: aws.region,
    instances: ids,
    zones: [...new Set(taken.map(({ zone }) => zone))],
    rollback: isUndone ? 'start' : 'none',
  };
}

/** The failure, with what became of the instances. */
async function halfDone(
  error: unknown,
  ids: readonly string[],
  {
    undo,
    sleep,
    note,
    signal,
  }: Pick<Surroundings, 'sleep' | 'note'> & {
    readonly undo: () => Promise<string>;
    readonly signal: AbortSignal;
  },
): Promise<unknown> {
  let became: string;
  try {
    await sleep(settleMs, new AbortController().signal);
    became = `Nothing is left half-done: ${(await undo()) || 'none was stopped'}`;
  } catch (failure) {
    became = `${ids.join(', ')} could not be started again (${(failure as Error).message}); the end of the run tries once more, and after it "pado recover" can`;
  }
  if (signal.aborted || !isPadoError(error)) {
    note('warning', `stopping was cut short: ${became}`);
    return error;
  }
  return new PadoError(error.code, `${error.message}. ${became}`, {
    cause: error,
    details: { ...error.details },
  });
}
