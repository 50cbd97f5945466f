import type { Metrics } from '../metrics.ts';
import type { ServerPolicy } from '../resilience/server-policy.ts';
import { Admission } from './admission.ts';
import { systemClock } from './clock.ts';
import type { LoopUtilisation } from './loop-utilisation.ts';

export interface Capacity {
  /** Requests worked on at a time; 0: without limit. */
  readonly slots: number;
  /** Milliseconds for which each holds its slot at least. */
  readonly serviceTimeMs: number;
  /** The cap of a proxy, if the service is one. */
  readonly cap:
    | { readonly maxInFlight: number; readonly maxQueued: number; readonly queueTimeoutMs: number }
    | undefined;
}

/**
 * The admission of a service, with its metrics. Slots × service time is a capacity that does not depend on the machine's
 * speed: 8 slots of 20 ms are 400 requests a second anywhere.
 */
export function admissionOf(
  { slots, serviceTimeMs, cap }: Capacity,
  tools: { readonly metrics: Metrics; readonly policy: () => ServerPolicy; readonly loop: LoopUtilisation },
): Admission {
  const { metrics, policy, loop } = tools;
  const virtual = slots === 0 ? Number.POSITIVE_INFINITY : slots;
  const capacity = Math.min(virtual, cap?.maxInFlight ?? Number.POSITIVE_INFINITY);
  metrics.serverSlots.set(capacity === Number.POSITIVE_INFINITY ? 0 : capacity);
  return new Admission({
    slots: capacity,
    serviceTimeMs,
    proxy: cap,
    policy,
    loopUtilisation: () => loop.value,
    clock: systemClock,
    events: {
      changed(working, waiting) {
        metrics.serverInFlight.set(working);
        metrics.serverQueued.set(waiting);
      },
      refused: (reason, priority) => metrics.serverShed.inc({ reason, priority }),
      began: (waitMs) => metrics.serverQueueWait.observe(waitMs / 1000),
      wasted: () => metrics.serverWasted.inc(),
      abandoned: (stage) => metrics.serverAbandoned.inc({ stage }),
      limited: (requests) => metrics.serverLimit.set(requests),
    },
  });
}
