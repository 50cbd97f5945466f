import type { Prometheus } from '../providers/prometheus.ts';
import type { Round, Watch } from './guards.ts';
import { messageOf } from './reason.ts';

/** Looks in a row that must have failed. */
const looks = 3;
/** And for so long. */
const patienceMs = 3_000;
/** How long a look waits: a busy Prometheus is late, a dead one later. */
const waitMs = 2_000;

export interface PrometheusLife {
  readonly round: Round;
  /** Whether it answers right now: tells a query that failed from a Prometheus that is gone. */
  readonly answers: () => Promise<boolean>;
}

/**
 * Asks Prometheus for a constant again and again. One that does not answer is a stop: nobody could say any more what the
 * fault does to users. Whatever is not an answer counts, a proxy's page too.
 */
export function watchPrometheus(
  { everyMs, clock, tell, stop, signal, stage }: Watch,
  prometheus: Pick<Prometheus, 'number'>,
  down: 'stop' | 'ignore',
): PrometheusLife {
  let failed = 0;
  let failingSinceMs = 0;
  let isToldDead = false;

  const ask = async (): Promise<string | undefined> => {
    try {
      await prometheus.number('vector(1)', clock.now(), AbortSignal.any([signal, AbortSignal.timeout(waitMs)]));
      return undefined;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? `no answer within ${waitMs / 1_000} s`
        : messageOf(error);
    }
  };

  const round = async () => {
    const phase = stage()?.phase;
    if (phase === undefined || phase === 'done') return everyMs / 4;
    const askedAtMs = clock.now();
    const failure = await ask();
    if (failure === undefined) {
      if (isToldDead) tell({ type: 'note', level: 'info', text: 'Prometheus answers again' });
      failed = 0;
      isToldDead = false;
      return everyMs;
    }
    if (failed === 0) failingSinceMs = askedAtMs;
    failed++;
    const forMs = clock.now() - failingSinceMs;
    if (failed < looks || forMs < patienceMs || isToldDead) return everyMs;
    isToldDead = true;
    const reason = `Prometheus did not answer ${failed} looks in a row, for ${(forMs / 1_000).toFixed(1)} s: ${failure}`;
    if (down === 'stop') stop({ name: 'Prometheus does not answer', reason, atMs: clock.now() });
    else tell({ type: 'note', level: 'warning', text: `${reason} (ignored: prometheusDown is ignore)` });
    return everyMs;
  };
  return { round, answers: async () => (await ask()) === undefined };
}
