import { finish } from '../cli/interrupt.ts';
import type { RunContext } from './context.ts';

/**
 * Undoes what actions have done to the outside and said they would undo, such as instances that are stopped; at the end,
 * so that the recovery which is judged is the system's own. Unlike the file's rollbacks it asks no strategy: an action
 * that is to leave something behind says so itself.
 */
export async function undoActions({ asking, tell }: RunContext): Promise<readonly string[]> {
  const { aws } = asking;
  if (aws === undefined) return [];
  using _ = finish('undoing what was done in AWS');
  const failures = await aws.undo();
  for (const text of failures) tell({ type: 'note', level: 'error', text });
  return failures;
}
