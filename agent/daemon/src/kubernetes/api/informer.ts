import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Backoff } from './backoff.ts';
import { type KubeApi, KubeError, type KubeObject, type RequestOptions, type WatchEvent } from './kube-api.ts';
import { list } from './list.ts';
import { type InformerEvent, Store } from './store.ts';

export interface InformerOptions<T extends KubeObject, Raw extends KubeObject = T> {
  readonly api: Pick<KubeApi, 'request' | 'watch'>;
  /** Such as /api/v1/namespaces/shop/pods. */
  readonly path: string;
  /** labelSelector, fieldSelector. */
  readonly query?: NonNullable<RequestOptions['query']>;
  /** Default JSON of whole objects; {@link metadataOnly} for less. */
  readonly accept?: { readonly list: string; readonly watch: string };
  /** What to keep of each object, which it may change. Default: all but metadata.managedFields. */
  readonly project?: (object: Raw) => T;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly timing?: Partial<typeof defaultTiming>;
  /** Default Math.random. */
  readonly random?: () => number;
}

export interface Informer<T extends KubeObject> {
  /** By uid. Kept while the API server is away. */
  readonly items: ReadonlyMap<string, T>;
  readonly isSynced: boolean;
  /** Settles after the first list has been taken in and told; rejects if the signal aborts before. */
  readonly synced: Promise<void>;
  /** A stream is open now. */
  readonly isWatching: boolean;
  /**
   * How long ago the API server's last sign of life was: a list, an accepted watch, an event or a bookmark. An idle
   * stream has a bookmark about once a minute, so that up to some 70,000 are ordinary. Infinity before the first.
   */
  readonly staleMs: () => number;
  /** Hears what changes from now on; returns the undo. A listener added right after creation misses nothing. */
  readonly on: (listener: (event: InformerEvent<T>) => void) => () => void;
}

const defaultTiming = {
  /** The API server ends a watch after this long, by up to a tenth more: no two agents come back together. */
  watchSeconds: 300,
  /** A stream without a word for this long is opened anew; bookmarks come once a minute. */
  silenceMs: 90_000,
  minBackoffMs: 100,
  maxBackoffMs: 10_000,
  /** A stream that lived for this long, or brought an event, ends the back-off. */
  livedMs: 1_000,
  /** A kind of resource that the API server does not know for this long is gone, and so are its objects. */
  goneAfterMs: 10_000,
};

/** Names, labels, annotations and owners alone (PartialObjectMetadata). */
export const metadataOnly = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
} as const;

/** Most of a small object is the record of who set which field. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}

/** Refusals in a row after which the next list asks for the newest, whatever was known. */
const maxRefusals = 5;

/**
 * Keeps the objects at a path as they are on the API server: lists them once, then watches, goes on from the last version
 * when a stream ends, and lists again only when that version is too old. It never gives up. (Long for one file: its
 * options and its state machine are read together.)
 */
export function createInformer<T extends KubeObject, Raw extends KubeObject = T>(
  options: InformerOptions<T, Raw>,
): Informer<T> {
  const { api, path, query = {}, accept, clock, log, signal, random = Math.random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const project = options.project ?? ((object: Raw) => withoutManagedFields(object) as unknown as T);
  const listeners = new Set<(event: InformerEvent<T>) => void>();
  const backoff = new Backoff(timing.minBackoffMs, timing.maxBackoffMs, random);
  const synced = Promise.withResolvers<void>();
  // Nobody has to wait for it.
  synced.promise.catch(() => {});
  let isSynced = false;
  let isWatching = false;
  let aliveAtMs = Number.NEGATIVE_INFINITY;
  /** Where the next watch goes on; undefined: list first, from `listFrom`. */
  let version: string | undefined;
  let listFrom = '0';
  let refusals = 0;
  let unknownSinceMs: number | undefined;

  const emit = (event: InformerEvent<T>) => {
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        log('error', 'a listener failed', { path, event: event.type, error: (error as Error).stack });
      }
    }
  };
  const store = new Store<T>(emit);
  const isAlive = () => {
    aliveAtMs = clock.now();
    refusals = 0;
    unknownSinceMs = undefined;
  };

  async function listAll(): Promise<void> {
    const listed = await list<Raw, T>(api, path, project, {
      query,
      signal,
      from: listFrom,
      ...(accept === undefined ? {} : { accept: accept.list }),
    });
    if (signal.aborted) return;
    isAlive();
    store.replace(listed.items);
    version = listed.resourceVersion;
    listFrom = version;
    isSynced = true;
    synced.resolve();
  }

  function take({ type, object }: WatchEvent<Raw>): void {
    isAlive();
    const { resourceVersion } = object.metadata ?? {};
    if (resourceVersion === undefined)
      throw new KubeError(0, 'BadAnswer', `watch ${path}: an event without a resourceVersion`);
    if (type === 'DELETED') store.remove(project(object), true);
    else if (type === 'ADDED' || type === 'MODIFIED') store.put(project(object), true);
    version = resourceVersion;
    listFrom = resourceVersion;
  }

  /** Ends in good order, or throws; either way the back-off is reset if the stream lived. */
  async function watchOnce(from: string): Promise<void> {
    const stream = new AbortController();
    const stop = () => stream.abort();
    signal.addEventListener('abort', stop, { once: true });
    let isSilent = false;
    const silence = setTimeout(() => {
      isSilent = true;
      stream.abort();
    }, timing.silenceMs);
    let events = 0;
    let openedAtMs = Number.POSITIVE_INFINITY;
    try {
      await api.watch<Raw>(path, {
        query: {
          ...query,
          resourceVersion: from,
          allowWatchBookmarks: true,
          timeoutSeconds: Math.ceil(timing.watchSeconds * (1 + random() / 10)),
        },
        signal: stream.signal,
        ...(accept === undefined ? {} : { accept: accept.watch }),
        onOpen: () => {
          openedAtMs = clock.now();
          isWatching = true;
          isAlive();
          silence.refresh();
        },
        onEvent: (event) => {
          events++;
          silence.refresh();
          take(event);
        },
      });
    } finally {
      isWatching = false;
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      if (events > 0 || clock.now() - openedAtMs >= timing.livedMs) backoff.reset();
    }
    if (isSilent) throw new KubeError(0, 'Timeout', `watch ${path}: silent for ${timing.silenceMs} ms`);
    if (events === 0 && clock.now() - openedAtMs < timing.livedMs && !signal.aborted)
      throw new KubeError(0, 'Unreachable', `watch ${path}: ended as soon as it began`);
  }

  /** What a failure means for the next attempt. */
  function learn(error: KubeError): void {
    const wasListing = version === undefined;
    if (error.status > 0) refusals++;
    const isTooOld = error.status === 410;
    // 504: the version is ahead of what the API server has, as after a restore of its database.
    const isUnusable = wasListing && (isTooOld || error.status === 504 || error.reason === 'TooLarge');
    if (isTooOld) version = undefined;
    if (isUnusable || (refusals >= maxRefusals && error.status !== 429 && error.status !== 503)) {
      version = undefined;
      listFrom = '';
    }
    if (error.status !== 404) {
      if (error.status > 0) unknownSinceMs = undefined;
    } else if (isSynced) {
      unknownSinceMs ??= clock.now();
      if (clock.now() - unknownSinceMs >= timing.goneAfterMs) store.replace([]);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (version === undefined) await listAll();
        if (version !== undefined) await watchOnce(version);
      } catch (cause) {
        if (signal.aborted) return;
        const error =
          cause instanceof KubeError ? cause : new KubeError(0, 'Internal', (cause as Error).message, { cause });
        learn(error);
        const ms = Math.max(backoff.nextMs(), error.retryAfterMs ?? 0);
        log(error.reason === 'Internal' ? 'error' : 'warn', 'a watch was interrupted', {
          path,
          status: error.status,
          error: error.message,
          retryMs: Math.round(ms),
        });
        await sleep(ms, undefined, { signal }).catch(() => {});
      }
    }
  }

  const fail = () => synced.reject(signal.reason);
  if (signal.aborted) fail();
  else {
    signal.addEventListener('abort', fail, { once: true });
    // Listeners that are added at once hear everything.
    queueMicrotask(() => void run());
  }

  return {
    items: store.items,
    get isSynced() {
      return isSynced;
    },
    synced: synced.promise,
    get isWatching() {
      return isWatching;
    },
    staleMs: () => clock.now() - aliveAtMs,
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
