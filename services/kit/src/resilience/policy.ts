import Type, { type Static } from 'typebox';
import { type ServerPolicy, serverPolicySchema } from './server-policy.ts';

export { serverPolicySchema } from './server-policy.ts';

const ms = (description: string, { from = 0, to = 600_000 }: { from?: number; to?: number } = {}) =>
  Type.Number({ minimum: from, maximum: to, description });
const percent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });

/** Repeats idempotent calls that failed. Without `backoffMs` and `jitter` it repeats at once, which is what makes it naive. */
const retry = Type.Object(
  {
    maxAttempts: Type.Integer({ minimum: 1, maximum: 100, description: 'attempts in all, the first included' }),
    backoffMs: Type.Optional(ms('fixed pause between attempts in milliseconds, by default 0 (naive)', { to: 60_000 })),
    jitter: Type.Optional(
      Type.Object(
        {
          baseMs: ms('milliseconds; attempt i waits a random share of base × 2^i, usually 100', {
            from: 1,
            to: 60_000,
          }),
          capMs: ms('the longest pause in milliseconds, usually 1000', { from: 1, to: 60_000 }),
        },
        { additionalProperties: false, description: 'exponential backoff with full jitter, instead of backoffMs' },
      ),
    ),
    budget: Type.Optional(
      Type.Object(
        {
          perSuccess: Type.Number({ minimum: 0, maximum: 1, description: 'tokens a success earns, usually 0.1' }),
          size: Type.Number({
            minimum: 1,
            maximum: 10_000,
            description: 'most tokens, usually 10; each retry costs 1',
          }),
        },
        { additionalProperties: false, description: 'lets retries be a share of the successes only' },
      ),
    ),
    heedMarker: Type.Optional(
      Type.Boolean({ description: 'whether an answer marked "do not retry" is final, by default false' }),
    ),
  },
  { additionalProperties: false, description: 'repeats idempotent calls that failed' },
);

const throttle = Type.Object(
  {
    k: Type.Number({ minimum: 1, maximum: 100, description: 'requests allowed per accepted one, usually 2' }),
    windowMs: ms('milliseconds that are looked back on, usually 15000', { from: 1_000 }),
  },
  {
    additionalProperties: false,
    description: 'refuses calls at the client in the measure in which the peer refuses them',
  },
);

const breaker = Type.Object(
  {
    failurePercent: percent('opens at this share of failures, usually 50'),
    windowMs: ms('milliseconds that are looked back on, usually 10000', { from: 100 }),
    minCalls: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: 'calls in the window before it may open, usually 20',
    }),
    openMs: ms('milliseconds that it stays open, usually 5000', { from: 1 }),
    halfOpenCalls: Type.Integer({ minimum: 1, maximum: 1_000, description: 'trial calls when half open, usually 10' }),
    slowCallMs: Type.Optional(ms('a call that takes longer counts as slow', { from: 1 })),
    slowCallPercent: Type.Optional(percent('opens at this share of slow calls, by default 100')),
    rampMs: Type.Optional(ms('after the trials, calls are let through in a share that grows to all over this time')),
    scope: Type.Optional(
      Type.Union([Type.Literal('peer'), Type.Literal('instance')], {
        description: 'one breaker for the peer, or one for each of its instances and shards; by default peer',
      }),
    ),
  },
  { additionalProperties: false, description: 'stops calling a peer that fails' },
);

const hedge = Type.Object(
  {
    delayMs: Type.Optional(ms('milliseconds before the second attempt; without it the p95 of late', { from: 1 })),
    budgetPercent: Type.Optional(percent('most hedges as a share of calls; without it there is no limit (naive)')),
  },
  { additionalProperties: false, description: 'sends an idempotent call a second time when its answer is late' },
);

const balance = Type.Object(
  {
    maxEjectedPercent: percent(
      'most instances that may be left out because they are not ready, usually 50; naive: 100',
    ),
    failOpen: Type.Boolean({ description: 'whether all instances are used when more than that are not ready' }),
  },
  {
    additionalProperties: false,
    description: 'which instances of a peer are called; without it every unready one is left out',
  },
);

const connection = Type.Object(
  {
    idleMs: Type.Optional(
      ms('milliseconds after which an idle connection is closed here, by default 30000', { from: 1 }),
    ),
    maxAgeMs: Type.Optional(
      ms('milliseconds after which a connection is replaced, ±20% so that not all go at once', { from: 100 }),
    ),
  },
  { additionalProperties: false, description: 'how long connections live' },
);

/** What one service does when it calls one peer. Absent fields mean: no such policy. */
export const peerPolicySchema = Type.Object(
  {
    deadlineMs: Type.Optional(
      ms('milliseconds for the whole call, retries and queueing included; sent on to the peer', { from: 1 }),
    ),
    timeoutMs: Type.Optional(ms('milliseconds for each attempt', { from: 1 })),
    retry: Type.Optional(retry),
    throttle: Type.Optional(throttle),
    breaker: Type.Optional(breaker),
    bulkhead: Type.Optional(
      Type.Object(
        {
          maxConcurrent: Type.Integer({ minimum: 1, maximum: 10_000, description: 'calls at a time' }),
          maxQueued: Type.Integer({ minimum: 0, maximum: 100_000, description: 'calls that may wait beyond those' }),
        },
        { additionalProperties: false, description: 'keeps one peer from taking everything' },
      ),
    ),
    hedge: Type.Optional(hedge),
    balance: Type.Optional(balance),
    connection: Type.Optional(connection),
    fallback: Type.Optional(
      Type.Boolean({ description: 'whether the fallback that the code offers may be used, by default false' }),
    ),
  },
  { additionalProperties: false },
);

/** All policies of the shop: of callers by service, then by peer; of servers by service. `*` stands for any, the exact name wins. */
export const policySchema = Type.Object(
  {
    preset: Type.String({ minLength: 1, maxLength: 63 }),
    revision: Type.String({ minLength: 1, maxLength: 63 }),
    services: Type.Record(Type.String(), Type.Record(Type.String(), peerPolicySchema)),
    servers: Type.Optional(Type.Record(Type.String(), serverPolicySchema)),
  },
  { additionalProperties: false },
);

export type PeerPolicy = Static<typeof peerPolicySchema>;
export type RetryPolicy = Static<typeof retry>;
export type ThrottlePolicy = Static<typeof throttle>;
export type BreakerPolicy = Static<typeof breaker>;
export type HedgePolicy = Static<typeof hedge>;
export type BalancePolicy = Static<typeof balance>;
export type ConnectionPolicy = Static<typeof connection>;
export type { AdaptiveLimitPolicy, CachePolicy, QueuePolicy, ServerPolicy, ShedPolicy } from './server-policy.ts';
export type PolicyDocument = Static<typeof policySchema>;

export const noPolicies: PolicyDocument = { preset: 'naive', revision: 'none', services: {} };

/** The policy for calls of `service` to `peer`: the exact entry, else `*`, else nothing. */
export function policyFor(document: PolicyDocument, service: string, peer: string): PeerPolicy {
  const { services } = document;
  return services[service]?.[peer] ?? services[service]?.['*'] ?? services['*']?.[peer] ?? services['*']?.['*'] ?? {};
}

/** What `service` does with the requests that it gets: the exact entry, else `*`, else nothing. */
export const serverPolicyFor = ({ servers = {} }: PolicyDocument, service: string): ServerPolicy =>
  servers[service] ?? servers['*'] ?? {};
