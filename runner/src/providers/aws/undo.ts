import { setTimeout } from 'node:timers/promises';
import { isPadoError, PadoError } from '@pado/fault';
import type { Undo } from '../../intents/intent.ts';
import { type Aws, connectAws } from './client.ts';
import { stopStarted, wouldStop } from './fis.ts';
import { startAll, startedInWords, wouldStart } from './start.ts';
import { startLimitMs } from './stop.ts';

const sleep = async (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });

/** Undoes what a run that was killed had begun in AWS, by what it had written down. */
export const undoAws: Undo = async ({ id: intentId, data }, { dry, signal }) => {
  const { action, region, account, experiment, ids } = data as {
    readonly action: string;
    readonly region: string;
    readonly account?: string;
    readonly experiment?: string;
    readonly ids?: readonly string[];
  };
  const aws = await connectAws(region);
  try {
    switch (action) {
      case 'start-experiment': {
        const one = { id: experiment, intentId };
        return dry ? await wouldStop(aws, one, signal) : await stopStarted(aws, one, { sleep, signal });
      }
      case 'stop-instances':
        return await startOf(aws, { intentId, ids: ids ?? [], account }, { dry, signal });
      default:
        throw new PadoError('ERR_PADO_INVALID', `this version does not know how to undo ${action}`);
    }
  } finally {
    aws.close();
  }
};

async function startOf(
  aws: Aws,
  {
    intentId,
    ids,
    account,
  }: { readonly intentId: string; readonly ids: readonly string[]; readonly account: string | undefined },
  { dry, signal }: { readonly dry: boolean; readonly signal: AbortSignal },
): Promise<string> {
  try {
    if (dry) return await wouldStart(aws, ids, signal);
    return startedInWords(await startAll(aws, ids, { deadlineMs: startLimitMs, sleep, signal }));
  } catch (error) {
    if (!isPadoError(error) || error.code !== 'ERR_PADO_NOT_FOUND') throw error;
    // Not taken for done: with the credentials of another account everything is unknown.
    const message = `${error.message}. It was the account ${account ?? 'unknown'}, in ${aws.region}; when the instances are really gone, "pado recover --forget ${intentId}" closes it`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message, { cause: error, details: { ...error.details } });
  }
}
