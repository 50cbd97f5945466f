import { eachCall } from './each.ts';
import type { PeerPolicy, PolicyDocument, ServerPolicy } from './policy.ts';
import { backingOff, breaker, presets } from './presets.ts';

type Preset = Omit<PolicyDocument, 'revision'>;
type Change = (preset: Preset) => Preset;

const callers =
  (change: (policy: PeerPolicy) => PeerPolicy): Change =>
  (preset) => ({ ...preset, services: eachCall(preset.services, change) });

const servers =
  (change: (policy: ServerPolicy) => ServerPolicy): Change =>
  (preset) => ({
    ...preset,
    servers: Object.fromEntries(
      Object.entries<ServerPolicy>({ '*': {}, ...preset.servers }).map(([service, policy]) => [
        service,
        change(policy),
      ]),
    ),
  });

const retry = (change: Partial<NonNullable<PeerPolicy['retry']>>) =>
  callers(({ retry: before, ...policy }) =>
    before === undefined ? policy : { ...policy, retry: { ...before, ...change } },
  );

/** Single policies by name, each with its usual values; added to what is in force already. */
const changes = {
  timeout: callers((policy) => ({ timeoutMs: 1_000, ...policy })),
  deadline: callers((policy) => ({ deadlineMs: 2_000, ...policy })),
  'retry-backoff': retry({ jitter: backingOff.jitter }),
  'retry-budget': retry({ budget: backingOff.budget }),
  'retry-marker': retry({ heedMarker: true }),
  throttle: callers((policy) => ({ ...policy, throttle: { k: 2, windowMs: 15_000 } })),
  breaker: callers((policy) => ({ ...policy, breaker: { ...breaker, scope: 'peer' } })),
  'breaker-per-instance': callers((policy) => ({
    ...policy,
    breaker: { ...breaker, scope: 'instance', rampMs: 5_000 },
  })),
  bulkhead: callers((policy) => ({ ...policy, bulkhead: { maxConcurrent: 25, maxQueued: 0 } })),
  fallback: callers((policy) => ({ ...policy, fallback: true })),
  'hedge-budget': callers((policy) =>
    policy.hedge === undefined ? policy : { ...policy, hedge: { budgetPercent: 5 } },
  ),
  'ejection-cap': callers((policy) => ({ ...policy, balance: { maxEjectedPercent: 50, failOpen: true } })),
  'connection-age': callers((policy) => ({ ...policy, connection: { ...policy.connection, maxAgeMs: 60_000 } })),
  'drop-abandoned': servers((policy) => ({ ...policy, dropAbandoned: true })),
  'adaptive-lifo': servers((policy) => ({ ...policy, queue: { ...policy.queue, order: 'adaptive-lifo' } })),
  'max-in-flight': servers((policy) => ({ ...policy, maxInFlight: 64 })),
  shed: servers((policy) => ({ ...policy, shed: { ...policy.shed, queueWaitMs: 200, loopUtilisation: 0.9 } })),
  priority: servers((policy) => ({ ...policy, shed: { queueWaitMs: 200, ...policy.shed, byPriority: true } })),
  'adaptive-limit': servers((policy) => ({
    ...policy,
    adaptiveLimit: { initial: 20, min: 4, max: 200, smoothing: 0.2, tolerance: 1.5, longWindow: 600, queueSize: 4 },
  })),
  'single-flight': servers((policy) => ({ ...policy, cache: { ...policy.cache, singleFlight: true } })),
  'stale-serve': servers((policy) => ({ ...policy, cache: { ...policy.cache, staleMs: 60_000 } })),
  'load-cap': servers((policy) => ({ ...policy, cache: { ...policy.cache, maxLoads: 8 } })),
  liveness: servers((policy) => ({ ...policy, liveness: 'process' })),
  'keep-alive': servers((policy) => ({ ...policy, keepAliveMs: 75_000 })),
} as const satisfies Record<string, Change>;

export type PolicyName = keyof typeof changes;
export const policyNames = Object.keys(changes) as readonly PolicyName[];

/** The names in a list such as `retry-budget,deadline`; undefined when one of the words is none. */
export function readNames(text: string): readonly PolicyName[] | undefined {
  const words = text.split(/[,+]/);
  return words.every((word): word is PolicyName => policyNames.some((name) => name === word)) ? words : undefined;
}

/** The naive preset with the policies of these names added, in their order: what one of them does by itself. */
export const withPolicies = (names: readonly PolicyName[]): Preset => ({
  ...names.reduce<Preset>((preset, name) => changes[name](preset), presets.naive),
  preset: names.join('+').slice(0, 63),
});
