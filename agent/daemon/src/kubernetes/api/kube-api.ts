import type { ObjectMeta } from '@pado/fault';

export interface KubeObject {
  readonly metadata: ObjectMeta;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Default application/json. */
  readonly contentType?: string;
  /** Default application/json; lists of metadata alone: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1 */
  readonly accept?: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Until the whole answer is there. Default 5,000. */
  readonly timeoutMs?: number;
  /** A longer answer is refused with the reason TooLarge. Default 64 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface WatchOptions<T> {
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Called when the API server has accepted the watch. */
  readonly onOpen?: () => void;
  readonly signal: AbortSignal;
  readonly accept?: string;
}

/** What the agent asks of the API server, in the few verbs it needs. */
export interface KubeApi {
  /** @throws KubeError for every answer from 400 up, and for no answer (status 0). */
  readonly request: <T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ) => Promise<T>;
  /**
   * Resolves when the stream ends in good order or its signal aborts.
   * @throws KubeError; a stream that is too old is status 410
   */
  readonly watch: <T>(path: string, options: WatchOptions<T>) => Promise<void>;
  /** The API server's own clock in Unix ms, as its answers' Date headers tell it; undefined before the first answer. */
  readonly serverNow: () => number | undefined;
  /** Ends every request and watch under way; the next call starts afresh. */
  readonly close: () => void;
}

/**
 * An answer of the API server that is no success, or none at all: status 0 with the reason Unreachable, Timeout, Aborted
 * (by the caller), TooLarge or BadAnswer (not what the API promises).
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  /** The Status object's reason, such as AlreadyExists, Conflict, NotFound, Expired. */
  readonly reason: string;
  /** What the answer's Retry-After asks for, as with 429. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

export const isStatus = (error: unknown, status: number): error is KubeError =>
  error instanceof KubeError && error.status === status;
