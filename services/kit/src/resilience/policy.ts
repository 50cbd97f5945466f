import Type, { type Static } from 'typebox';

/** What one service does when it calls one peer. Absent fields mean: no such policy. */
export const peerPolicySchema = Type.Object(
  {
    deadlineMs: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 600_000,
        description: 'milliseconds for the whole call, retries and queueing included; sent on to the peer',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Number({ minimum: 1, maximum: 600_000, description: 'milliseconds for each attempt' }),
    ),
    retry: Type.Optional(
      Type.Object(
        {
          maxAttempts: Type.Integer({ minimum: 1, maximum: 100, description: 'attempts in all, the first included' }),
          backoffMs: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 60_000,
              description: 'fixed pause between attempts in milliseconds, by default 0 (naive)',
            }),
          ),
        },
        { additionalProperties: false, description: 'repeats idempotent calls that failed' },
      ),
    ),
    bulkhead: Type.Optional(
      Type.Object(
        {
          maxConcurrent: Type.Integer({ minimum: 1, maximum: 10_000, description: 'calls at a time' }),
          maxQueued: Type.Integer({ minimum: 0, maximum: 100_000, description: 'calls that may wait beyond those' }),
        },
        { additionalProperties: false, description: 'keeps one peer from taking everything' },
      ),
    ),
    fallback: Type.Optional(
      Type.Boolean({ description: 'whether the fallback that the code offers may be used, by default false' }),
    ),
  },
  { additionalProperties: false },
);

/** All policies of the shop: by service, then by peer; `*` stands for any, the exact name wins. */
export const policySchema = Type.Object(
  {
    preset: Type.String({ minLength: 1, maxLength: 63 }),
    revision: Type.String({ minLength: 1, maxLength: 63 }),
    services: Type.Record(Type.String(), Type.Record(Type.String(), peerPolicySchema)),
  },
  { additionalProperties: false },
);

export type PeerPolicy = Static<typeof peerPolicySchema>;
export type PolicyDocument = Static<typeof policySchema>;

export const noPolicies: PolicyDocument = { preset: 'naive', revision: 'none', services: {} };

/** The policy for calls of `service` to `peer`: the exact entry, else `*`, else nothing. */
export function policyFor(document: PolicyDocument, service: string, peer: string): PeerPolicy {
  const { services } = document;
  return services[service]?.[peer] ?? services[service]?.['*'] ?? services['*']?.[peer] ?? services['*']?.['*'] ?? {};
}
