import { isPadoError, PadoError } from '@pado/fault';
import type { Intent } from './intent.ts';
import { type IntentJournal, isOwned } from './journal.ts';
import { undoerOf } from './undoers.ts';

/** What became of an open intent. */
export interface Recovered {
  readonly id: string;
  readonly what: string;
  readonly at: string;
  /**
   * undone: all is as before. would: so it would be. lost: nothing can undo it. left: its run goes on.
   * forgotten: closed, for the user said so. failed: it stays open, see why.
   */
  readonly outcome: 'undone' | 'would' | 'lost' | 'left' | 'forgotten' | 'failed';
  readonly text: string;
  readonly code?: string;
}

interface Options {
  readonly dry: boolean;
  /** Ids of those to close as they are. */
  readonly forget?: readonly string[];
  readonly signal: AbortSignal;
  readonly told: (one: Recovered) => void;
}

/** Undoes every open intent, the youngest first; one that fails stays open and does not keep the others from it. */
export async function recoverAll(
  journal: IntentJournal,
  { dry, forget = [], signal, told }: Options,
): Promise<readonly Recovered[]> {
  const { intents, broken } = await journal.open();
  const unknown = forget.filter((id) => !intents.some((intent) => intent.id === id));
  if (unknown.length > 0) {
    const known = intents.map(({ id }) => id).join(', ') || 'none';
    throw new PadoError('ERR_PADO_NOT_FOUND', `no open intent is called ${unknown.join(', ')}; there are: ${known}`);
  }
  const all: Recovered[] = [];
  const add = (one: Recovered) => {
    all.push(one);
    told(one);
  };
  for (const intent of intents.toReversed()) {
    signal.throwIfAborted();
    add(await recover(journal, intent, { dry, forget, signal }));
  }
  for (const file of broken) {
    const text = 'the file cannot be read: look at what it names, undo it by hand, and delete the file';
    add({ id: file, what: file, at: '', outcome: 'failed', text });
  }
  if (!dry) await journal.prune();
  return all;
}

async function recover(
  journal: IntentJournal,
  intent: Intent,
  { dry, forget = [], signal }: Omit<Options, 'told'>,
): Promise<Recovered> {
  const { id, what, at, kind, undo, owner } = intent;
  const one = { id, what, at };
  if (isOwned(intent)) {
    const text = `its run (pid ${owner.pid}) goes on and undoes it at its end: stop that with Ctrl-C or "kill ${owner.pid}"`;
    return { ...one, outcome: 'left', text };
  }
  if (forget.includes(id)) {
    if (!dry) await journal.close(intent, 'done');
    return { ...one, outcome: 'forgotten', text: 'it stays as it is' };
  }
  if (undo === null) {
    if (!dry) await journal.close(intent, 'done');
    return { ...one, outcome: 'lost', text: 'nothing can undo this; it may have been done or not' };
  }
  const undoer = await undoerOf(kind);
  if (undoer === undefined) {
    return { ...one, outcome: 'failed', text: `this version does not know how to undo the kind ${kind}` };
  }
  try {
    const text = await undoer(intent, { dry, signal });
    if (!dry) await journal.close(intent, 'undone');
    return { ...one, outcome: dry ? 'would' : 'undone', text };
  } catch (error) {
    signal.throwIfAborted();
    const code = isPadoError(error) ? { code: error.code } : {};
    return { ...one, outcome: 'failed', text: (error as Error).message, ...code };
  }
}
