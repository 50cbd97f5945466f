import Type, { type Static } from 'typebox';

const ms = (description: string, from = 0) => Type.Number({ minimum: from, maximum: 600_000, description });

const queue = Type.Object(
  {
    order: Type.Optional(
      Type.Union([Type.Literal('fifo'), Type.Literal('adaptive-lifo')], {
        description: 'who is next: fifo (default), or adaptive-lifo: the newest first while the queue is not emptied',
      }),
    ),
    maxQueued: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'requests that may wait' })),
    maxWaitMs: Type.Optional(ms('milliseconds after which a waiting request is refused', 1)),
  },
  { additionalProperties: false, description: 'how requests wait for a slot' },
);

const shed = Type.Object(
  {
    queueWaitMs: Type.Optional(
      ms(
        'refuses newcomers while the one who has waited longest has waited for more than this, usually 200; 20 at thousands of requests a second',
        1,
      ),
    ),
    loopUtilisation: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'refuses while the event loop is busier, usually 0.9',
      }),
    ),
    byPriority: Type.Optional(
      Type.Boolean({
        description:
          'whether the lowest priority is refused first, and the most important that waits is next; by default false',
      }),
    ),
  },
  { additionalProperties: false, description: 'refuses early what could not be answered in time' },
);

const adaptiveLimit = Type.Object(
  {
    initial: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: 'requests at a time in the beginning, usually 20',
    }),
    min: Type.Integer({ minimum: 1, maximum: 10_000, description: 'never fewer, usually 4' }),
    max: Type.Integer({ minimum: 1, maximum: 10_000, description: 'never more, usually 200' }),
    smoothing: Type.Number({ minimum: 0.01, maximum: 1, description: 'share of a new estimate, usually 0.2' }),
    tolerance: Type.Number({
      minimum: 1,
      maximum: 10,
      description: 'latency over its long average that is borne, usually 1.5',
    }),
    longWindow: Type.Integer({
      minimum: 10,
      maximum: 100_000,
      description: 'samples of the long average, usually 600',
    }),
    queueSize: Type.Integer({ minimum: 0, maximum: 1_000, description: 'requests above the estimate, usually 4' }),
  },
  { additionalProperties: false, description: 'a limit on requests at a time that follows latency (Gradient2)' },
);

const cache = Type.Object(
  {
    singleFlight: Type.Optional(Type.Boolean({ description: 'whether one load serves all who wait for a key' })),
    staleMs: Type.Optional(ms('milliseconds past its time for which an entry may be served when it cannot be renewed')),
    maxLoads: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'loads from the database at a time; more are refused' }),
    ),
  },
  { additionalProperties: false, description: 'how a cache is filled' },
);

/** What one service does with the requests that it gets. Absent fields mean: no such policy. */
export const serverPolicySchema = Type.Object(
  {
    dropAbandoned: Type.Optional(
      Type.Boolean({
        description:
          'whether work ends when its caller has left or cannot be answered in time any more (closed connection, deadline); by default false: it is done for nobody',
      }),
    ),
    maxInFlight: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'requests in the service, waiting ones included; more are refused',
      }),
    ),
    queue: Type.Optional(queue),
    shed: Type.Optional(shed),
    adaptiveLimit: Type.Optional(adaptiveLimit),
    cache: Type.Optional(cache),
    liveness: Type.Optional(
      Type.Union([Type.Literal('process'), Type.Literal('dependencies')], {
        description: 'what /healthz looks at: the process alone (default), or its dependencies too (naive)',
      }),
    ),
    keepAliveMs: Type.Optional(
      ms('milliseconds after which the server closes an idle connection, by default 75000', 1),
    ),
  },
  { additionalProperties: false },
);

export type ServerPolicy = Static<typeof serverPolicySchema>;
export type QueuePolicy = Static<typeof queue>;
export type ShedPolicy = Static<typeof shed>;
export type AdaptiveLimitPolicy = Static<typeof adaptiveLimit>;
export type CachePolicy = Static<typeof cache>;
