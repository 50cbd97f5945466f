import type { PeerError } from './peer-error.ts';

export interface PeerRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The path's pattern, such as /products/:id: a label must have few values. */
  readonly route: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Makes a POST repeatable; sent as Idempotency-Key. */
  readonly idempotencyKey?: string;
  /** For a peer that is divided into shards: the instance is this key modulo their number, never another. */
  readonly shardKey?: number;
  /** What to answer instead when the peer is in trouble; used only where the policy allows it. */
  readonly fallback?: (error: PeerError) => T | Promise<T>;
}

/** Whether a second attempt does no harm. */
export const isIdempotent = ({ method, idempotencyKey }: PeerRequest<unknown>): boolean =>
  method !== 'POST' || idempotencyKey !== undefined;
