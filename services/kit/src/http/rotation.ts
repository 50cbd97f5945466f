import type { BalancePolicy } from '../resilience/policy.ts';

export interface Readiness {
  readonly index: number;
  /** Since when it is not ready, on any one clock; undefined: it is ready. */
  readonly unreadySince: number | undefined;
}

/**
 * Which instances are left out. Without a policy: every unready one, even all of them, which is naive: a fault of the
 * check, or of something that all instances share, then takes away what could still answer.
 */
export function leftOut(instances: readonly Readiness[], policy: BalancePolicy | undefined): ReadonlySet<number> {
  const unready = instances
    .flatMap(({ index, unreadySince }) => (unreadySince === undefined ? [] : [{ index, unreadySince }]))
    .sort((a, b) => a.unreadySince - b.unreadySince || a.index - b.index)
    .map(({ index }) => index);
  if (policy === undefined) return new Set(unready);
  const most = Math.floor((policy.maxEjectedPercent / 100) * instances.length);
  if (unready.length <= most) return new Set(unready);
  return new Set(policy.failOpen ? [] : unready.slice(0, most));
}
