import { durationMs } from '@pado/fault';
import type { ProbeResult } from '../contracts.ts';
import type { StopCondition } from '../experiment/schema.ts';
import type { Prometheus } from '../providers/prometheus.ts';
import type { Look, Round, Stage, Watch } from './guards.ts';
import { asksPrometheus, newestSample } from './newest-sample.ts';
import { messageOf, missInWords } from './reason.ts';
import { tally } from './tally.ts';

/** A guard that takes longer than this for one look guards nothing. */
const lookLimitMs = 10_000;
/** So many looks in a row that fail are a miss, and each one after them. */
const failuresAllowed = 2;

interface Means {
  readonly look: Look;
  readonly prometheus: Pick<Prometheus, 'number'>;
  /** Whether Prometheus answers right now. */
  readonly answers: () => Promise<boolean>;
}

/**
 * Watches one stop condition in its phases. What asks Prometheus is looked at once a scrape: a quarter of the scrape
 * interval apart it asks whether there is a newer sample, and a scrape that was seen counts no second time. Anything else
 * is new each time it is asked.
 *
 * `$__range` never reaches back before the phase began: the calm before a fault would dilute what it does, and its end
 * would be held against the recovery. A look over a range comes therefore two scrapes after the phase's begin at the earliest.
 */
export function watchCondition(watch: Watch, condition: StopCondition, { look, prometheus, answers }: Means): Round {
  const { everyMs, clock, tell, stop, signal, stage } = watch;
  const { name, provider, phases = ['experiment', 'recovery'], noData = 'pass', misses = 1, of = misses } = condition;
  const isStored = asksPrometheus(condition);
  const newest = newestSample(provider, prometheus);
  const rangeMs = Math.max(watch.rangeMs, 'for' in provider ? durationMs(provider.for ?? '0s') + everyMs : 0);
  const settledMs = isStored && asksForRange(condition) ? 2 * everyMs : 0;
  const last = tally(misses, of);
  const pollMs = everyMs / 4;
  let watched: Stage | undefined;
  let seen: number | null = null;
  let failures = 0;

  // A stop counts from the moment when the miss was known, not from when the question was asked.
  const count = (isMiss: boolean, reason: string): void => {
    if (last.add(isMiss)) stop({ name, reason: `${name} ${reason} (${last.inWords()})`, atMs: clock.now() });
  };

  /** A look that could not be made. That of a Prometheus which is gone is told by who watches it. */
  const fail = async (error: string): Promise<void> => {
    if (isStored && !(await answers())) return;
    if (failures === 0) tell({ type: 'note', level: 'warning', text: `${name} could not be looked at: ${error}` });
    failures++;
    if (failures > failuresAllowed) count(true, `could not be looked at ${failures} times in a row: ${error}`);
  };

  const judge = async (result: ProbeResult, atMs: number): Promise<void> => {
    if (result.error !== undefined) return fail(result.error);
    failures = 0;
    tell({ type: 'look', result, atMs });
    count(result.met === null ? noData === 'miss' : !result.met, missInWords(result));
  };

  return async () => {
    const now = stage();
    if (now === undefined || !phases.some((phase) => phase === now.phase)) return pollMs;
    if (watched !== now) last.clear();
    watched = now;
    const atMs = clock.now();
    if (atMs - now.sinceMs < settledMs) return pollMs;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(lookLimitMs)]);
    let sampleMs: number | null;
    try {
      // Unknown where this cannot be asked of the series: the look itself will say what is wrong, if anything is.
      sampleMs = await newest(atMs, limit).catch(() => null);
      if (sampleMs !== null && sampleMs === seen) return pollMs;
      const startMs = isStored ? Math.max(now.sinceMs, atMs - rangeMs) : atMs;
      const result = await look(condition, { startMs, endMs: atMs }, limit);
      seen = sampleMs;
      // The run may have gone on meanwhile: what was seen belongs to a phase that has ended.
      if (stage() === now) await judge(result, atMs);
    } catch (error) {
      signal.throwIfAborted();
      await fail(limit.aborted ? `no answer within ${lookLimitMs / 1_000} s` : messageOf(error));
      return Math.max(pollMs, everyMs - (clock.now() - atMs));
    }
    const restMs = everyMs - (clock.now() - atMs);
    return Math.max(sampleMs === null ? restMs : restMs - pollMs, pollMs);
  };
}

/** Whether the answer depends on how far back the question reaches. */
const asksForRange = ({ provider }: StopCondition): boolean =>
  provider.type === 'slo' ||
  (provider.type === 'prometheus' &&
    (provider.query.includes('$__range') || provider.aggregate !== undefined || provider.for !== undefined));
