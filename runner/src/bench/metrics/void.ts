import type { Journal } from '../../contracts.ts';
import type { RunMetrics, Spoilers } from '../contracts.ts';

/** Beyond these nothing may be concluded from a run: it measured the load generator or the machine. */
export const limits = {
  /** Iterations that k6 dropped at baseline: more than one, and more than this share of those offered. */
  droppedShare: 0.001,
  /** Cores that k6 took in the mean: above it k6 is late by itself. */
  k6Cores: 0.5,
  /**
   * Share of the machine, over ten seconds. A load is planned for 70% at the peak; on two cores the storm itself, which
   * is what is measured, may pass that. What must not happen is that processes wait for a core for long: at 90% they do.
   */
  hostBusy: 0.9,
  /** Periods in which the kernel throttled our cgroup. */
  throttled: 0,
  /** Share of good answers at baseline: below it there was no steady state to lose. */
  leastGoodput: 0.98,
} as const;

/** Why nothing may be concluded from a run, each reason with its figure and the limit; empty: the run counts. */
export function voidReasons(spoilers: Spoilers, { g0 }: Pick<RunMetrics, 'g0'>): readonly string[] {
  const { droppedInBaseline: dropped, offeredInBaseline: offered, k6Cores, hostBusy, throttled } = spoilers;
  const reasons: (string | false)[] = [
    offered === 0 && 'the baseline had no user',
    dropped > Math.max(1, limits.droppedShare * offered) &&
      `k6 dropped ${dropped} of ${offered} iterations at baseline, where ${Math.max(1, Math.floor(limits.droppedShare * offered))} may be`,
    k6Cores > limits.k6Cores && `k6 took ${k6Cores.toFixed(2)} cores, where ${limits.k6Cores} may be`,
    hostBusy > limits.hostBusy &&
      `the machine was ${percent(hostBusy)} busy for ten seconds, where ${percent(limits.hostBusy)} may be`,
    throttled > limits.throttled && `the kernel throttled us in ${throttled} periods: a limit on CPU imitates a fault`,
    offered > 0 &&
      g0 < limits.leastGoodput &&
      `no steady state: ${percent(g0)} of the answers at baseline were good, where ${percent(limits.leastGoodput)} must be`,
  ];
  return reasons.filter((reason) => reason !== false);
}

const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;

/** Seconds without users lose nothing: a run that broke off, or whose fault never came, would look better than it was. */
export function cutShort({ status, pado }: Pick<Journal, 'status' | 'pado'>, observeMs: number): readonly string[] {
  const isWhole = status === 'completed' && (observeMs === 0 || pado.windows.observe !== undefined);
  // What a program wrote at its end, some thirty lines, is in the journal.
  const reason = pado.reason.split('\n', 1)[0]?.replace(/:$/, '');
  return isWhole ? [] : [`it did not go to its end (${pado.verdict}: ${reason})`];
}
