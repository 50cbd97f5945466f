import { PeerError } from '../http/peer-error.ts';

/**
 * What a call says about whom it called: it is well, it is in trouble, or nothing (the call was cancelled, or never sent).
 */
export type Outcome = 'success' | 'failure' | 'ignored';
export type Classify = (error: unknown) => Outcome;

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** A peer's answer below 500 is a success, an abort or a call that was never sent says nothing, all else is a failure. */
export const classifyError: Classify = (error) => {
  if (!(error instanceof PeerError)) return isAbort(error) ? 'ignored' : 'failure';
  if (!error.isFailure) return 'success';
  if (error.reason === 'cancelled') return 'ignored';
  // A peer of which no instance is there to be called is in trouble, although nothing was sent.
  return error.sent || error.reason === 'connection' ? 'failure' : 'ignored';
};

/** Whether one more attempt makes sense: not after a refusal of this side, nor when time is up or nobody waits. */
export const isRepeatable = (error: unknown): boolean =>
  classifyError(error) === 'failure' && !(error instanceof PeerError && error.reason === 'deadline');

/** Runs `work` and tells what came of it, once. */
export async function observed<T>(
  work: () => Promise<T>,
  classify: Classify,
  settled: (outcome: Outcome) => void,
): Promise<T> {
  let outcome: Outcome = 'success';
  try {
    return await work();
  } catch (error) {
    outcome = classify(error);
    throw error;
  } finally {
    settled(outcome);
  }
}
