import { type IntentJournal, isOwned } from './journal.ts';

/** One line when a killed run has left something undone; undefined when all is well. */
export async function leftBehind(journal: IntentJournal): Promise<string | undefined> {
  const { intents, broken } = await journal.open();
  const left = [...intents.filter((intent) => !isOwned(intent)).map(({ what }) => what), ...broken];
  if (left.length === 0) return undefined;
  return `warning: an earlier run was killed before it had undone what it did: ${left.join('; ')}. "pado recover" undoes it`;
}
