import { setTimeout as pause } from 'node:timers/promises';
import { names, type ObjectMeta } from '@pado/fault';
import type { Log } from '../../log.ts';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import type { Clocks } from './clocks.ts';
import type { Bundle } from './serving.ts';

/** How soon someone's edit is undone. */
const lookEveryMs = 300_000;
/** A namespace that many pods of come at once is looked at once. */
const wantAgainMs = 5_000;
const firstRetryMs = 5_000;
/** All agents see a rotation at once; the first one's write spares the others theirs. */
const spreadMs = 5_000;
const maxAtOnce = 2;

export interface PublisherOptions {
  readonly api: KubeApi;
  readonly source: Bundle;
  /** Those with injection, at the moment of the call; one that is wanted must be among them, else it is forgotten. */
  readonly namespaces: () => Iterable<string>;
  readonly clock: Clocks;
  readonly log: Log;
  /** Ends timers and requests. */
  readonly signal: AbortSignal;
  /** 0 to 1; spreads the agents' writes. */
  readonly random?: () => number;
  /** Resolves after so many ms, rejects when aborted; so that tests own the time. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Publisher {
  /** A pod or a namespace with injection was seen: its namespace has the CA as soon as can be. */
  readonly want: (namespace: string) => void;
  /** Looks at all namespaces now; called every five minutes and at each change of the bundle. Never rejects. */
  readonly look: () => Promise<void>;
}

interface ConfigMap {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

const newConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: names.caBundle, labels: { 'app.kubernetes.io/managed-by': 'pado-agent' } },
};

/** What stands in the way of a namespace. */
interface Trouble {
  readonly message: string;
  readonly delayMs: number;
  readonly untilMs: number;
}

/** Keeps the ConfigMap that pods take the CA from, in every namespace with injection. */
export function publishCa(options: PublisherOptions): Publisher {
  const { api, source, namespaces, clock, log, signal, random = Math.random } = options;
  const { sleep = (ms, signal) => pause(ms, undefined, { signal }) } = options;
  const troubles = new Map<string, Trouble>();
  const lookedAtMs = new Map<string, number>();
  const waiting = new Set<string>();
  const working = new Set<string>();
  let idle: (() => void)[] = [];

  const ensure = async (namespace: string): Promise<void> => {
    const all = `/api/v1/namespaces/${namespace}/configmaps`;
    const one = `${all}/${names.caBundle}`;
    const read = (): Promise<ConfigMap | undefined> =>
      api.request<ConfigMap>('GET', one, { signal }).catch((error) => {
        if (isStatus(error, 404)) return undefined;
        throw error;
      });
    const isRight = (map: ConfigMap | undefined): boolean => map?.data?.[names.caBundleKey] === source.bundle();
    let map = await read();
    if (isRight(map)) return;
    if (map) {
      await sleep(random() * spreadMs, signal);
      map = await read();
    }
    // In this order: whoever turned the CA after this read has written the ConfigMap before, or will after us. A write that
    // is based on an older CA then meets a newer resourceVersion, and is refused.
    await source.refresh();
    if (isRight(map)) return;
    const data = { ...map?.data, [names.caBundleKey]: source.bundle() };
    if (map) await api.request('PUT', one, { body: { ...map, data }, signal });
    else await api.request('POST', all, { body: { ...newConfigMap, data }, signal });
    log('info', 'the CA was published', { namespace });
  };

  const attempt = async (namespace: string): Promise<void> => {
    try {
      // Another agent's write is not trouble but an answer: one more look tells whether it is the right one.
      await ensure(namespace).catch((error) => {
        if (!isStatus(error, 409)) throw error;
        return ensure(namespace);
      });
      troubles.delete(namespace);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = error as Error;
      const before = troubles.get(namespace);
      const delayMs = Math.min(before ? before.delayMs * 2 : firstRetryMs, lookEveryMs);
      if (before?.message !== message) log('warn', 'the CA cannot be published', { namespace, error: message });
      troubles.set(namespace, { message, delayMs, untilMs: clock.now() + delayMs });
    }
    lookedAtMs.set(namespace, clock.now());
  };

  const work = (): void => {
    for (const namespace of waiting) {
      if (working.size === maxAtOnce || signal.aborted) break;
      if (working.has(namespace)) continue;
      waiting.delete(namespace);
      working.add(namespace);
      void attempt(namespace).finally(() => {
        working.delete(namespace);
        work();
      });
    }
    if (signal.aborted) waiting.clear();
    if (waiting.size + working.size > 0) return;
    const waiters = idle;
    idle = [];
    for (const resolve of waiters) resolve();
  };

  const start = (wanted: Iterable<string>): void => {
    for (const namespace of wanted) waiting.add(namespace);
    work();
  };
  const isReady = (namespace: string): boolean => (troubles.get(namespace)?.untilMs ?? 0) <= clock.now();
  /** Forgets all others, so that a namespace that is deleted and comes back does not wait for its turn. */
  const current = (): string[] => {
    const wanted = new Set(namespaces());
    for (const known of [...lookedAtMs.keys()]) {
      if (wanted.has(known)) continue;
      lookedAtMs.delete(known);
      troubles.delete(known);
    }
    return [...wanted];
  };
  const look = (): Promise<void> => {
    start(current().filter(isReady));
    return new Promise((resolve) => {
      idle.push(resolve);
      work();
    });
  };

  const looks = setInterval(() => void look(), lookEveryMs).unref();
  const retries = setInterval(() => {
    if (troubles.size > 0) start(current().filter((namespace) => troubles.has(namespace) && isReady(namespace)));
  }, firstRetryMs).unref();
  const unsubscribe = source.onChange(() => void look());
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(looks);
      clearInterval(retries);
      unsubscribe();
    },
    { once: true },
  );
  start(namespaces());
  return {
    look,
    want: (namespace) => {
      const lastMs = lookedAtMs.get(namespace);
      if (isReady(namespace) && (lastMs === undefined || clock.now() - lastMs >= wantAgainMs)) start([namespace]);
    },
  };
}
