import { duration, match, percent } from '../fields.ts';
import { integer, literal, map, number, object, oneOf, string } from '../json-schema.ts';

const layer = <const V extends string>(values: readonly V[]) =>
  oneOf(values, {
    description:
      'the hook that acts: http (requests), tcp (outbound connections of any protocol, pooled ones included) or dns (look-ups of host names)',
    default: 'http',
  });

const direction = oneOf(['inbound', 'outbound'], {
  description:
    'inbound (requests that the target receives) or outbound (requests that the target sends); layers tcp and dns are outbound',
});

/** What every effect on requests, connections and look-ups shares. */
const shared = {
  match,
  percentage: percent('share of matching requests, exchanges or look-ups that are hit', 100),
  sampling: oneOf(['attempt', 'request'], {
    description:
      'attempt: exact share by a counter; request: by a hash of the request id in the baggage, so that retries agree (layer http)',
    default: 'attempt',
  }),
} as const;

/** Adds to the real time of a request. */
export const latency = object(
  {
    kind: literal('latency', { description: 'adds a delay' }),
    delay: duration('how long it waits in addition'),
  },
  {
    layer: layer(['http', 'tcp', 'dns']),
    direction,
    ...shared,
    jitter: duration('spread of the delay', { default: '0ms' }),
    distribution: oneOf(['fixed', 'uniform', 'normal', 'exponential', 'pareto'], {
      description:
        'fixed | uniform (delay ± jitter) | normal (sd = jitter, cut at 0) | exponential (delay + Exp(mean jitter)) | pareto (delay + Pareto(scale jitter, shape))',
      default: 'fixed',
    }),
    shape: number({
      description: 'shape of the Pareto distribution, above 1',
      exclusiveMinimum: 1,
      maximum: 100,
      default: 3,
    }),
    at: oneOf(['before', 'after'], {
      description:
        'before: the request waits before it is handled or takes a connection (tcp: what is sent is late); after: the answer is held while the connection stays busy (tcp: what is received is late)',
      default: 'before',
    }),
  },
  { description: 'latency: adds a delay to the real time of matching requests, exchanges or look-ups, never early' },
);

/** Answers instead of the real handler, server or resolver. */
export const error = object(
  { kind: literal('error', { description: 'answers with an error' }) },
  {
    layer: layer(['http', 'dns']),
    direction,
    ...shared,
    status: integer({ description: 'an HTTP status from 400 to 599 (layer http)', minimum: 400, maximum: 599 }),
    body: string({ description: 'the body of the answer (layer http)', default: '', maxLength: 65_536 }),
    headers: map(string({ description: 'a header value', maxLength: 8_192 }), {
      description: 'headers of the answer, such as {retry-after: "1"} (layer http)',
      maxProperties: 32,
    }),
    code: oneOf(['ENOTFOUND', 'EAI_AGAIN'], {
      description: 'ENOTFOUND (no such host) or EAI_AGAIN (the resolver does not answer) (layer dns)',
    }),
  },
  { description: 'error: answers matching requests with a status, or look-ups with a code, without doing their work' },
);

/** Breaks the connection as the platform itself would. */
export const abort = object(
  { kind: literal('abort', { description: 'breaks the connection' }) },
  {
    layer: layer(['http', 'tcp']),
    direction,
    ...shared,
    code: oneOf(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'], {
      description:
        'the system error the caller sees; inbound it is always ECONNRESET. An open connection that cannot be refused any more is reset',
      default: 'ECONNRESET',
    }),
  },
  { description: 'abort: breaks the connection of matching requests or exchanges' },
);

/** No answer, and no error either: what a dead host or a full queue looks like. */
export const hang = object(
  { kind: literal('hang', { description: 'never answers' }) },
  { layer: layer(['http', 'tcp']), direction, ...shared },
  { description: 'hang: matching requests or connections get no answer until the fault ends (a black hole)' },
);

/** A slow line. */
export const throttle = object(
  {
    kind: literal('throttle', { description: 'slows the transfer down' }),
    bytesPerSecond: integer({ description: 'a whole number of bytes a second', minimum: 1, maximum: 2 ** 40 }),
  },
  { layer: layer(['http', 'tcp']), direction, ...shared },
  {
    description:
      'throttle: bodies of answers (http) or both directions of a connection (tcp) flow at so many bytes a second',
  },
);

/** A connection that breaks in the middle of an answer. */
export const truncate = object(
  {
    kind: literal('truncate', { description: 'cuts answers short' }),
    afterBytes: integer({ description: 'how many bytes of the body arrive', minimum: 0, maximum: 2 ** 40 }),
  },
  { layer: layer(['http']), direction, ...shared },
  { description: 'truncate: the connection breaks after so many bytes of the body of an answer' },
);
