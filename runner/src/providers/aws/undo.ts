import { setTimeout } from 'node:timers/promises';
import { isPadoError, PadoError } from '@pado/fault';
import type { Intent, Undo, UndoCall } from '../../intents/intent.ts';
import { type Aws, connectAws } from './client.ts';
import { findStarted, stopStarted, wouldStop } from './fis.ts';
import { startAll, startedInWords, wouldStart } from './start.ts';
import { startLimitMs } from './stop.ts';

const sleep = async (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });

/** Undoes what a run that was killed had begun in AWS, by what it had written down. */
export const undoAws: Undo = async (intent, call) => {
  const aws = await connectAws((intent.data as unknown as Data).region);
  try {
    return await undoIn(aws, intent, call);
  } finally {
    aws.close();
  }
};

interface Data {
  readonly action: string;
  readonly region: string;
  readonly account?: string;
  /** Where the start's answer was read. */
  readonly experiment?: string;
  readonly template?: string;
  readonly ids?: readonly string[];
}

/**
 * The same, by a connection.
 * @throws PadoError ERR_PADO_NOT_FOUND when AWS does not know what the intent is about, with what closes it
 */
export async function undoIn(aws: Aws, intent: Intent, call: UndoCall): Promise<string> {
  const { action, account, template, ids = [] } = intent.data as unknown as Data;
  switch (action) {
    case 'start-experiment':
      return await withAdvice(endOf(aws, intent, call), {
        known: `It was an account with the template ${template}, in ${aws.region}; when no experiment of that runs any more`,
        intent,
      });
    case 'stop-instances':
      return await withAdvice(startOf(aws, ids, call), {
        known: `It was the account ${account ?? 'unknown'}, in ${aws.region}; when the instances are really gone`,
        intent,
      });
    default:
      throw new PadoError('ERR_PADO_INVALID', `this version does not know how to undo ${action}`);
  }
}

async function startOf(aws: Aws, ids: readonly string[], { dry, signal }: UndoCall): Promise<string> {
  if (dry) return await wouldStart(aws, ids, signal);
  return startedInWords(await startAll(aws, ids, { deadlineMs: startLimitMs, sleep, signal }));
}

async function endOf(aws: Aws, { id: intentId, data }: Intent, { dry, signal }: UndoCall): Promise<string> {
  const { experiment, template } = data as unknown as Data;
  const id = experiment ?? (await findStarted(aws, intentId, signal));
  if (id === undefined) {
    // Another account's list is empty too: only one that knows the template can say that none was started. Not asked
    // first, so that what is found is stopped although its template was deleted, or may not be read.
    await aws.call('fis:GetExperimentTemplate', { id: template }, signal);
    return 'no experiment was started';
  }
  const one = { id, intentId };
  return dry ? await wouldStop(aws, one, signal) : await stopStarted(aws, one, { sleep, signal });
}

/** What AWS does not know is not taken for done: with the credentials of another account everything is unknown. */
async function withAdvice(
  undone: Promise<string>,
  { known, intent }: { readonly known: string; readonly intent: Intent },
): Promise<string> {
  try {
    return await undone;
  } catch (error) {
    if (!isPadoError(error) || error.code !== 'ERR_PADO_NOT_FOUND') throw error;
    const message = `${error.message}. ${known}, "pado recover --forget ${intent.id}" closes it`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message, { cause: error, details: { ...error.details } });
  }
}
