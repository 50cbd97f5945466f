/**
 * Why two pods never act for one slot. All times are of one observer's monotonic clock; no two clocks are compared.
 *
 * 1. The holder sends a renewal at s; the API server writes it at c ≥ s. The holder counts from s: it holds until s + 4 s.
 * 2. Its target acts on at most until it is told to stop, or 5 s after the holder's last word (`suspendAfterMs`, its own
 *    dead-man). The last word leaves while the holder holds, so the target has reverted by s + 4 s + 5 s = s + 9 s ≤ c + 9 s.
 * 3. An observer counts from when it *received* the first answer that shows that write, which is after c, and takes the
 *    lease 10 s later by a PUT that the API server accepts only if nothing was written since: at w ≥ c + 10 s.
 * 4. So the next target is armed at least 1 s after the last one has reverted: room for clocks that run up to a tenth
 *    apart, and for a word that is on its way. Nothing depends on which process was frozen, cut off or restarted in
 *    between: a renewal that came late either was written (then 3 starts anew) or is refused.
 *
 * Two limits: a clock that stands still while a machine is suspended makes its holder believe until its next renewal is
 * refused (2 s); and a word must leave at once after `holds` was asked, so ask it in the turn in which it is sent.
 */
export const renewMs = 2_000;
export const holdMs = 4_000;
export const takeoverMs = 10_000;

/** A write is given up after this long, so that a second one fits into the time that is held. */
export const writeTimeoutMs = 1_500;
/** After a write that failed: while the lease is held, and after that. */
export const retryHeldMs = 250;
export const retryLostMs = 2_000;

/** Who wants more than it holds looks at the leases of others this often, give or take `jitter`. */
export const pollMs = 5_000;
export const jitter = 0.2;

/** `ms` give or take a share, so that agents that started together do not ask together. */
export const jittered = (ms: number, random: () => number): number => ms * (1 - jitter + 2 * jitter * random());
