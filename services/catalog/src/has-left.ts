import { performance } from 'node:perf_hooks';
import { currentContext } from '@pado/kit';

/** The part of an answer that tells whether its client is still there. */
interface Answer {
  readonly raw: { readonly destroyed: boolean };
}

/** Tells whether nobody waits for this answer any more: its client has left, or its deadline is over. To be made at the beginning of the work. */
export function hasLeft({ raw }: Answer, clock = () => performance.now()): () => boolean {
  const deadlineAt = currentContext()?.deadlineAt;
  return () => raw.destroyed || (deadlineAt !== undefined && clock() >= deadlineAt);
}
