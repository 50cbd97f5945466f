import { sleep } from 'k6';
import { PadoError } from '../../../agent/fault/src/errors.ts';
import type { PodTerminationFault, TerminationOptions } from './contracts.d.ts';
import { durationOf, invalid, numberOf } from './fields.ts';
import { withFaults } from './inject.ts';
import type { Place, Spec } from './place.ts';
import type { Group } from './selection.ts';

const lookEverySeconds = 0.1;

/** How many; a share is rounded up, so that it never means nobody. */
function countOf({ count }: PodTerminationFault, available: number): number {
  if (typeof count === 'string') {
    const share = /^(\d+(?:\.\d+)?)%$/.exec(count)?.[1];
    if (share === undefined || Number(share) <= 0 || Number(share) > 100)
      throw invalid(`count is "${count}": it should be a number such as 1, or a share such as '50%'`);
    return Math.ceil((available * Number(share)) / 100);
  }
  const wanted = numberOf('count', count, { from: 1, to: 1_000_000 });
  if (wanted > available)
    throw new PadoError('ERR_PADO_NO_TARGET', `count is ${wanted}, but there are only ${available} targets`);
  return wanted;
}

interface Termination {
  readonly place: Place;
  readonly groups: readonly Group[];
  readonly fault: PodTerminationFault;
  readonly options: TerminationOptions;
}

/** Kills so many, each once, and returns their names when they are gone. */
export function terminate({ place, groups, fault, options }: Termination): string[] {
  const timeoutMs = durationOf('timeout', options.timeout ?? '10s', { from: 100 });
  const available = groups.reduce((sum, { targets }) => sum + targets.length, 0);
  const wanted = countOf(fault, available);
  const specs: Spec[] = [];
  let left = wanted;
  for (const { matchLabels, targets } of groups) {
    const value = Math.min(left, targets.length);
    if (value === 0) break;
    left -= value;
    specs.push({
      target: { selector: { matchLabels }, mode: 'fixed', value },
      ttl: `${Math.round(timeoutMs)}ms`,
      // Another call hits others.
      seed: Math.floor(Math.random() * 2 ** 32),
      effects: [{ kind: 'kill' }],
    });
  }
  let gone: string[] = [];
  withFaults(place, specs, (names) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      gone = names.flatMap((name) => place.gone(name));
      if (gone.length >= wanted) return;
      if (Date.now() >= deadline) break;
      sleep(lookEverySeconds);
    }
    const why = names.flatMap((name) => place.progress(name).reasons).join('; ');
    throw new PadoError(
      'ERR_PADO_PROVIDER',
      `${gone.length} of ${wanted} targets were gone within ${timeoutMs / 1_000}s${why === '' ? '' : `: ${why}`}`,
    );
  });
  return gone;
}
