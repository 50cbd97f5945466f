import { eachCall } from './each.ts';
import type { BreakerPolicy, PolicyDocument, RetryPolicy, ServerPolicy } from './policy.ts';

export const presetNames = ['naive', 'timeouts', 'standard', 'full'] as const;
export type PresetName = (typeof presetNames)[number];

type Preset = Omit<PolicyDocument, 'revision'>;

/** Three attempts at once, one after the other: what a loop around a call gives, and many a client's default. */
const again = { maxAttempts: 3 };
/** Backoff, budget and marker with their usual values. */
export const backingOff = {
  maxAttempts: 3,
  jitter: { baseMs: 100, capMs: 1_000 },
  budget: { perSuccess: 0.1, size: 10 },
  heedMarker: true,
} as const satisfies RetryPolicy;
/** The usual values; its scope is what cascades differ in. */
export const breaker: BreakerPolicy = {
  failurePercent: 50,
  windowMs: 10_000,
  minCalls: 20,
  openMs: 5_000,
  halfOpenCalls: 10,
};

/**
 * What code without a thought for failure has: no limit on most calls, and what was added one by one where something
 * hurt once — a timeout and repeats for the catalog, a breaker for the inventory, a second request where answers were slow.
 */
const naive: Preset = {
  preset: 'naive',
  services: {
    gateway: {
      catalog: { timeoutMs: 2_000, retry: again },
      recommendations: { retry: again, hedge: { delayMs: 100 } },
      // A third of the calls failing, one shard of three, is enough to open it.
      inventory: { breaker: { ...breaker, failurePercent: 25, scope: 'peer' } },
      shipping: { retry: { maxAttempts: 30, backoffMs: 1_000 } },
    },
    recommendations: { catalog: { retry: again } },
  },
  servers: {
    catalog: { liveness: 'dependencies' },
    orders: { keepAliveMs: 5_000 },
  },
};

/** Time limits alone, the first thing that people add; everything else stays as it was. */
const timeouts: Preset = {
  preset: 'timeouts',
  services: eachCall(naive.services, (policy) => ({ deadlineMs: 2_000, timeoutMs: 1_000, ...policy })),
  servers: naive.servers ?? {},
};

const standardServices: Preset['services'] = {
  // Charging takes some 10 ms; 200 ms leaves room for a pause of the garbage collector, and the objective is 500 ms.
  orders: {
    payments: { deadlineMs: 200, bulkhead: { maxConcurrent: 8, maxQueued: 0 }, fallback: true },
    '*': { deadlineMs: 2_000 },
  },
  gateway: {
    recommendations: { deadlineMs: 300, bulkhead: { maxConcurrent: 8, maxQueued: 0 }, fallback: true },
    '*': { deadlineMs: 5_000 },
  },
  cart: { '*': { deadlineMs: 1_000 } },
  recommendations: { '*': { deadlineMs: 1_000 } },
};

const standard: Preset = { preset: 'standard', services: standardServices };

const fullServer: ServerPolicy = {
  dropAbandoned: true,
  queue: { order: 'adaptive-lifo' },
  // Above what queues are long by themselves at a few dozen requests a second; DAGOR's 20 ms is for thousands.
  shed: { queueWaitMs: 200, loopUtilisation: 0.9, byPriority: true },
  liveness: 'process',
  keepAliveMs: 75_000,
};

const full: Preset = {
  preset: 'full',
  services: {
    gateway: {
      catalog: {
        deadlineMs: 2_000,
        timeoutMs: 1_000,
        retry: backingOff,
        balance: { maxEjectedPercent: 50, failOpen: true },
      },
      recommendations: {
        ...standardServices.gateway?.recommendations,
        hedge: { budgetPercent: 5 },
      },
      inventory: { deadlineMs: 1_000, breaker: { ...breaker, openMs: 2_000, scope: 'instance', rampMs: 2_000 } },
      shipping: { deadlineMs: 5_000, retry: { ...backingOff, maxAttempts: 2 } },
      '*': { deadlineMs: 5_000 },
    },
    orders: standardServices.orders ?? {},
    cart: { '*': { deadlineMs: 1_000 } },
    recommendations: { '*': { deadlineMs: 1_000 } },
  },
  servers: {
    '*': fullServer,
    catalog: { ...fullServer, cache: { singleFlight: true, staleMs: 60_000, maxLoads: 8 } },
  },
};

/** Ready-made policies, from none to all. */
export const presets: Readonly<Record<PresetName, Preset>> = { naive, timeouts, standard, full };
