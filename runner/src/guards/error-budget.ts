import { durationMs } from '@pado/fault';
import type { ProbeResult } from '../contracts.ts';
import type { ErrorBudget } from '../experiment/schema.ts';
import { type Prometheus, withRange } from '../providers/prometheus.ts';
import type { Round, Stage, Watch } from './guards.ts';
import { messageOf } from './reason.ts';

interface Means {
  readonly prometheus: Pick<Prometheus, 'number'>;
  readonly answers: () => Promise<boolean>;
}

const name = 'error budget';
/** So many looks in a row that fail end the run: a budget that nobody can read guards nothing. */
const failuresAllowed = 3;

/**
 * Stops the run when the fault has used up a share of the error budget. The budget is what may go wrong in `period` at
 * the rate of the baseline: (1 − objective) × events a second × period; spent are the bad events since the phase
 * experiment began. Counters are read as Prometheus' increase() tells them: a series that begins with its first bad
 * event shows that event only with the next one.
 */
export function watchErrorBudget(watch: Watch, budget: ErrorBudget, { prometheus, answers }: Means): Round {
  const { everyMs, clock, tell, stop, signal, stage } = watch;
  const { objective, stopAt = 100, period = '1h' } = budget;
  let calm: Stage | undefined;
  let begun: Stage | undefined;
  /** Bad events that the period has room for; null when the baseline had none to tell a rate by. */
  let allowed: number | null | undefined;
  let failures = 0;

  const askAllowed = async (experimentMs: number): Promise<number | null> => {
    const lengthMs = experimentMs - (calm?.sinceMs ?? experimentMs);
    const total =
      lengthMs < 2 * everyMs ? null : await prometheus.number(withRange(budget.total, lengthMs), experimentMs, signal);
    if (total !== null && total > 0) return ((100 - objective) / 100) * (total / lengthMs) * durationMs(period);
    const text = 'the error budget is not watched: the baseline has no events that tell how large it is';
    tell({ type: 'note', level: 'warning', text });
    return null;
  };

  const look = async (sinceMs: number): Promise<void> => {
    allowed ??= await askAllowed(sinceMs);
    const atMs = clock.now();
    if (allowed === null || atMs - sinceMs < 2 * everyMs) return;
    const bad = Math.max(0, (await prometheus.number(withRange(budget.bad, atMs - sinceMs), atMs, signal)) ?? 0);
    const spent = (bad / allowed) * 100;
    const met = spent < stopAt;
    const result: ProbeResult = { name, window: 'during', value: spent, unit: '%', expected: `< ${stopAt}%`, met };
    tell({ type: 'look', result, atMs });
    if (met) return;
    const count = `${rounded(bad)} of ${rounded(allowed)} bad events`;
    const reason = `${rounded(spent)}% of the error budget of ${period} is gone, the limit is ${stopAt}%: ${count}`;
    stop({ name, reason, atMs });
  };

  const fail = (error: string): void => {
    failures++;
    const reason = `the error budget could not be asked: ${error}`;
    if (failures === 1) tell({ type: 'note', level: 'warning', text: reason });
    if (failures >= failuresAllowed) stop({ name, reason: `${failures} times in a row ${reason}`, atMs: clock.now() });
  };

  return async () => {
    const now = stage();
    if (now?.phase === 'steady-state') calm = now;
    if (now?.phase === 'experiment') begun ??= now;
    if (begun === undefined || allowed === null || now?.phase === 'done') return everyMs / 4;
    try {
      await look(begun.sinceMs);
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      // One that is gone is told by who watches Prometheus.
      if (await answers()) fail(messageOf(error));
    }
    return everyMs;
  };
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
