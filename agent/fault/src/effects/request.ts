import { duration, match, percent } from '../fields.ts';
import { integer, literal, map, number, object, oneOf, string } from '../json-schema.ts';

/** What every effect on a request shares. */
const request = {
  layer: literal('http', { description: 'http: the hook that acts', default: 'http' }),
  match,
  percentage: percent('share of matching requests that are hit', 100),
  sampling: oneOf(['attempt', 'request'], {
    description:
      'attempt: exact share by a counter; request: by a hash of the request id in the baggage, so that retries agree',
    default: 'attempt',
  }),
} as const;

const direction = oneOf(['inbound', 'outbound'], {
  description: 'inbound (requests that the target receives) or outbound (requests that the target sends)',
});

/** Adds to the real time of a request. */
export const latency = object(
  {
    kind: literal('latency', { description: 'adds a delay' }),
    direction,
    delay: duration('how long a request waits in addition'),
  },
  {
    ...request,
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
        'before: the request waits before it is handled or takes a connection; after: the answer is held while the connection stays busy',
      default: 'before',
    }),
  },
  { description: 'latency: adds a delay to the real time of matching requests, never early' },
);

/** Answers instead of the real handler or server. */
export const error = object(
  {
    kind: literal('error', { description: 'answers with an error' }),
    direction,
    status: integer({ description: 'an HTTP status from 400 to 599', minimum: 400, maximum: 599 }),
  },
  {
    ...request,
    body: string({ description: 'the body of the answer', default: '', maxLength: 65_536 }),
    headers: map(string({ description: 'a header value', maxLength: 8_192 }), {
      description: 'headers of the answer, such as {retry-after: "1"}',
      maxProperties: 32,
    }),
  },
  { description: 'error: answers matching requests with a status, without doing their work' },
);

/** Breaks the connection as the platform itself would. */
export const abort = object(
  { kind: literal('abort', { description: 'breaks the connection' }), direction },
  {
    ...request,
    code: oneOf(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'], {
      description: 'the system error the caller sees; inbound it is always ECONNRESET',
      default: 'ECONNRESET',
    }),
  },
  { description: 'abort: breaks the connection of matching requests' },
);
