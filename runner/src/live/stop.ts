import { formatDuration } from '@pado/fault';
import type { PadoJournal, Stop } from '../contracts.ts';

/** Which condition stopped the run, why, and how soon all was reverted. */
export function stopText({ name, reason, revertedAfterMs }: Stop): string {
  const reverted = revertedAfterMs === undefined ? '' : `; reverted after ${formatDuration(revertedAfterMs)}`;
  return `stop (${name}): ${reason}${reverted}`;
}

/** What a verdict leaves out: the stop in full, the time to recover and the score. */
export function howItWent({
  stop,
  recovery,
  resilienceScore,
  dry,
}: Pick<PadoJournal, 'stop' | 'recovery' | 'resilienceScore' | 'dry'>): readonly string[] {
  const parts = [
    ...(recovery === undefined ? [] : [recoveryInWords(recovery)]),
    ...(typeof resilienceScore === 'number' ? [`resilience score ${resilienceScore}`] : []),
  ];
  return [
    ...(dry === true ? ['dry: nothing is proven by it'] : []),
    ...(stop === undefined ? [] : [stopText(stop)]),
    ...(parts.length === 0 ? [] : [parts.join(', ')]),
  ];
}

const recoveryInWords = ({ recoveredAfterMs, deadlineMs }: NonNullable<PadoJournal['recovery']>): string =>
  recoveredAfterMs === null
    ? `not recovered within ${formatDuration(deadlineMs)}`
    : `recovered after ${formatDuration(recoveredAfterMs)}${deadlineMs > 0 ? ` of at most ${formatDuration(deadlineMs)}` : ''}`;
