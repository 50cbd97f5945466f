import { durationMs } from '@pado/fault';
import type { AwsAction } from '../../experiment/schema.ts';
import { requireMark } from '../guards.ts';
import type { Aws, Operation } from './client.ts';
import { startExperiment } from './fis.ts';
import { harmOf } from './guards.ts';
import { ended } from './instances.ts';
import { allThatFit, chooseInstances } from './selection.ts';
import { startAll } from './start.ts';
import { untilState } from './states.ts';
import { stopInstances } from './stop.ts';
import type { Surroundings } from './surroundings.ts';
import type { Undoing } from './undoing.ts';

export type Acting = Surroundings & { readonly undoing: Undoing };

/** Does one action; the output names what was taken. */
export function act(aws: Aws, action: AwsAction, around: Acting, signal: AbortSignal): Promise<object> {
  switch (action.action) {
    case 'stop-instances':
      return stopInstances(aws, action, around, signal);
    case 'start-instances':
      return startInstances(aws, action, around, signal);
    case 'reboot-instances':
    case 'terminate-instances':
      return harmForGood(aws, action, around, signal);
    case 'start-experiment':
      return startExperiment(aws, action, around, signal);
  }
}

async function startInstances(
  aws: Aws,
  { action, by, guards, deadline = '5m' }: Extract<AwsAction, { readonly action: 'start-instances' }>,
  around: Acting,
  signal: AbortSignal,
): Promise<object> {
  const fit = await allThatFit(aws, by, around, signal);
  const down = fit.filter(({ state }) => state === 'stopped' || state === 'stopping');
  requireMark(harmOf(action, down, down, guards?.allow), guards?.allow);
  const ids = down.map(({ id }) => id);
  if (ids.length > 0) {
    await startAll(aws, ids, { deadlineMs: durationMs(deadline), sleep: around.sleep, signal });
    for (const id of ids) around.held.delete(id);
  }
  return { region: aws.region, instances: ids };
}

/** What nothing undoes is in the journal too, for whoever asks after a crash what was done. */
async function harmForGood(
  aws: Aws,
  action: Extract<AwsAction, { readonly action: 'reboot-instances' | 'terminate-instances' }>,
  around: Acting,
  signal: AbortSignal,
): Promise<object> {
  const taken = await chooseInstances(aws, action, around, signal);
  const ids = taken.map(({ id }) => id);
  const isEnd = action.action === 'terminate-instances';
  const intent = await around.intents.begin({
    kind: 'aws',
    what: `${isEnd ? 'terminates' : 'reboots'} ${ids.join(', ')} in ${aws.region}`,
    undo: null,
    data: { action: action.action, region: aws.region, account: taken[0]?.owner, ids },
  });
  try {
    for (const id of ids) around.held.add(id);
    // One call for all, refused as a whole for an unknown id. (A protected instance saves those of its zone only.)
    const operation: Operation = isEnd ? 'ec2:TerminateInstances' : 'ec2:RebootInstances';
    await aws.call(operation, { InstanceIds: ids }, signal);
  } finally {
    await intent.close('done');
  }
  if (action.action === 'terminate-instances') {
    const deadlineMs = durationMs(action.deadline ?? '5m');
    await untilState(aws, ids, { wanted: ended, hopeless: [], deadlineMs, sleep: around.sleep, signal });
  }
  return { region: aws.region, instances: ids, zones: [...new Set(taken.map(({ zone }) => zone))] };
}
