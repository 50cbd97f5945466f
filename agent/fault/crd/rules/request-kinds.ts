import type { Match } from '../../src/schema.ts';

/** The kinds that act on requests, exchanges or look-ups, and so have a layer other than process. */
export const requestKinds = ['latency', 'error', 'abort', 'hang', 'throttle', 'truncate'] as const;

/** Where each field of a match has a meaning. */
export const layersOfMatch: Readonly<Record<keyof Match, readonly string[]>> = {
  service: ['http', 'tcp'],
  host: ['http', 'tcp', 'dns'],
  port: ['http', 'tcp'],
  method: ['http'],
  path: ['http'],
  headers: ['http'],
  baggage: ['http'],
};
