import { PadoError } from '@pado/fault';
import { defaultGuards, type Guards } from '../experiment/schema/guards.ts';

/** The one of those taken that somebody is on, if any; or why that cannot be known. */
export type Hit = { readonly on: string | undefined } | { readonly unknown: string };

/** What is about to be harmed. */
export interface Harm {
  /** stop-instances, drain and the like, for messages. */
  readonly action: string;
  readonly words: Words;
  /** By id or name. */
  readonly taken: readonly string[];
  /** All that bear the mark, in whatever state. */
  readonly allowed: readonly string[];
  /** Those that are harmed already: by this run and not given back, or down by themselves. */
  readonly held: ReadonlySet<string>;
  readonly runner: Hit;
  readonly prometheus: Hit;
}

interface Words {
  /** instances or nodes. */
  readonly things: string;
  /** What says that one may be harmed: tag or label. */
  readonly mark: string;
  /** A command that gives it to some. */
  readonly give: (names: readonly string[], mark: string) => string;
}

const refused = (message: string, details: object): PadoError =>
  new PadoError('ERR_PADO_REFUSED', message, { details: { ...details } });

/** What may be harmed must say so itself. @throws PadoError ERR_PADO_REFUSED naming what does not */
export function requireMark(
  { action, taken, allowed, words }: Pick<Harm, 'action' | 'taken' | 'allowed' | 'words'>,
  allow: string = defaultGuards.allow,
): void {
  const bare = taken.filter((one) => !allowed.includes(one));
  if (bare.length === 0) return;
  const { mark, give, things } = words;
  const message = `${action} is refused: ${bare.join(', ')} carry no ${mark} ${allow}=true. Give it to what may be harmed: ${give(bare, allow)}`;
  throw refused(message, { guard: 'allow', [things]: bare });
}

/** Nothing was done yet when one of the guards refuses. @throws PadoError ERR_PADO_REFUSED, with what would be right */
export function requireGuards(harm: Harm, guards: Guards = {}): void {
  const { action, taken, allowed, held, words } = harm;
  const { allow, maxCount = defaultGuards.maxCount, maxPercent = defaultGuards.maxPercent, unchecked = [] } = guards;
  const { things, mark } = words;
  requireMark(harm, allow);
  const harmed = new Set([...held, ...taken]);
  const before = held.size === 0 ? '' : `, ${held.size} of them harmed before`;
  if (harmed.size > maxCount) {
    const message = `${action} is refused: it would be ${harmed.size} ${things}${before}, and guards.maxCount is ${maxCount}. Take fewer, or raise it to ${harmed.size}`;
    throw refused(message, { guard: 'maxCount', count: harmed.size, limit: maxCount });
  }
  // Those that are gone are counted no more there; the run has harmed them all the same.
  const total = new Set([...allowed, ...held]).size;
  const percent = (100 * harmed.size) / total;
  if (percent > maxPercent) {
    const message = `${action} is refused: it would be ${harmed.size} of the ${total} ${things} that carry the ${mark} (${rounded(percent)}%)${before}, and guards.maxPercent is ${maxPercent}. Take fewer, or raise it to ${Math.ceil(percent)}`;
    throw refused(message, { guard: 'maxPercent', percent, limit: maxPercent });
  }
  for (const guard of ['runner', 'prometheus'] as const) {
    const found = harm[guard];
    const who = guard === 'runner' ? 'this run itself' : 'Prometheus';
    if ('unknown' in found) {
      if (unchecked.includes(guard)) continue;
      const message = `${action} is refused, for nobody can say that it would not hit ${who}: ${found.unknown}. If you know better, say so: guards: {unchecked: [${guard}]}`;
      throw refused(message, { guard, unknown: true });
    }
    if (found.on === undefined) continue;
    const message = `${action} is refused: ${who} is on ${found.on}. Choose another, or keep what observes on ${things} that do not carry the ${mark}`;
    throw refused(message, { guard, [things]: [found.on] });
  }
}

export const rounded = (percent: number): number => Number(percent.toFixed(1));

/** `1 of 3 (33.3%)`. */
export const share = (count: number, total: number): string =>
  total === 0 ? `${count} of 0` : `${count} of ${total} (${rounded((100 * count) / total)}%)`;
