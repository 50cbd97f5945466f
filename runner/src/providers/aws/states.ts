import { isPadoError, PadoError } from '@pado/fault';
import type { Aws } from './client.ts';
import { type Known, statesOf } from './instances.ts';
import type { Surroundings } from './surroundings.ts';

export type Sleep = Surroundings['sleep'];

/** A call whose answer did not come may be obeyed a moment later: only what runs after this is known to run. */
export const settleMs = 3_000;

/** Stopping takes most of a minute, and DescribeInstances is throttled by account. */
const lookEveryMs = 2_000;

interface Wait {
  /** What each must come to. */
  readonly wanted: readonly string[];
  /** A state in which waiting is of no use any more. */
  readonly hopeless: readonly string[];
  readonly deadlineMs: number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/**
 * Waits until every instance has come to one of the states.
 * @throws PadoError ERR_PADO_PROVIDER at the deadline or when one cannot come to it, naming those and their states;
 * ERR_PADO_NOT_FOUND when AWS knows none of them
 */
export async function untilState(aws: Aws, ids: readonly string[], wait: Wait): Promise<readonly Known[]> {
  const { wanted, hopeless, deadlineMs, sleep, signal } = wait;
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const now = await lookPatiently(aws, ids, signal);
    const left = now?.filter(({ state }) => !wanted.includes(state));
    if (now !== undefined && left?.length === 0) return now;
    const lost = left?.filter(({ state }) => hopeless.includes(state)) ?? [];
    const isOver = performance.now() + lookEveryMs > endsAt;
    if (lost.length > 0 || isOver) {
      const told = (lost.length > 0 ? lost : (left ?? [])).map(({ id, state }) => `${id} is ${state}`).join(', ');
      const when = lost.length > 0 ? '' : `after ${deadlineMs / 1_000} s `;
      const message = `${when}not every instance is ${wanted[0]}: ${told || 'AWS did not tell'}`;
      throw new PadoError('ERR_PADO_PROVIDER', message, { details: { left: left ?? [] } });
    }
    await sleep(lookEveryMs, signal);
  }
}

/** A look that fails for a while is not the end of a wait. */
async function lookPatiently(
  aws: Aws,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Known[] | undefined> {
  try {
    return await statesOf(aws, ids, signal);
  } catch (error) {
    if (isPadoError(error) && error.details.passing === true) return undefined;
    throw error;
  }
}
