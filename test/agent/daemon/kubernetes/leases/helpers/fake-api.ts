import { randomUUID } from 'node:crypto';
import {
  type KubeApi,
  KubeError,
  type RequestOptions,
  type WatchEvent,
} from '../../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import type { Lease } from '../../../../../../agent/daemon/src/kubernetes/leases/lease.ts';
import type { Process, World } from './world.ts';

type Listener = (event: WatchEvent<Lease>) => void;

/** Leases as the API server keeps them: atomic creates, writes and deletes with preconditions, watches. */
export class FakeServer {
  readonly leases = new Map<string, Lease>();
  readonly watchers = new Set<Listener>();
  /** `METHOD` of all that arrived. */
  readonly calls: string[] = [];
  #version = 0;

  /** @throws KubeError */
  handle(method: string, path: string, { body, query }: RequestOptions): unknown {
    this.calls.push(method);
    const [, name] = /\/leases\/(.+)$/.exec(path) ?? [];
    if (method === 'GET' && name === undefined) return this.#list(query ?? {});
    if (method === 'POST') return this.#create(body as Lease);
    const lease = this.leases.get(name!);
    if (lease === undefined && method !== 'PUT') throw new KubeError(404, 'NotFound', `no lease ${name}`);
    if (method === 'GET') return lease;
    if (method === 'PUT') return this.#replace(name!, lease, body as Lease);
    return this.#delete(lease!, body as { preconditions?: Lease['metadata'] });
  }

  #list(query: Readonly<Record<string, unknown>>) {
    const field = /metadata\.name=(.+)/.exec(String(query.fieldSelector ?? ''))?.[1];
    const labels = String(query.labelSelector ?? '')
      .split(',')
      .filter(Boolean);
    const fits = ({ metadata }: Lease) =>
      (field === undefined || metadata.name === field) &&
      labels.every((label) => {
        const [key = '', value] = label.split('=');
        const present = metadata.labels?.[key];
        return present !== undefined && (value === undefined || value === present);
      });
    return { metadata: { resourceVersion: String(this.#version) }, items: [...this.leases.values()].filter(fits) };
  }

  #create(lease: Lease): Lease {
    const { name } = lease.metadata;
    if (this.leases.has(name)) throw new KubeError(409, 'AlreadyExists', `${name} exists`);
    return this.#write({ ...lease, metadata: { ...lease.metadata, uid: randomUUID() } }, 'ADDED');
  }

  #replace(name: string, lease: Lease | undefined, next: Lease): Lease {
    const { uid, resourceVersion } = next.metadata;
    // As the real one does: a Lease may be created by PUT, unless a uid is asked for.
    if (lease === undefined && uid === undefined) return this.#create(next);
    if (lease?.metadata.uid !== uid || lease?.metadata.resourceVersion !== resourceVersion)
      throw new KubeError(409, 'Conflict', `${name} has changed`);
    return this.#write(next, 'MODIFIED');
  }

  #delete(lease: Lease, options: { preconditions?: { uid?: string; resourceVersion?: string } } | undefined) {
    const { uid, resourceVersion } = options?.preconditions ?? {};
    if (
      (uid ?? lease.metadata.uid) !== lease.metadata.uid ||
      (resourceVersion ?? lease.metadata.resourceVersion) !== lease.metadata.resourceVersion
    )
      throw new KubeError(409, 'Conflict', `${lease.metadata.name} has changed`);
    this.leases.delete(lease.metadata.name);
    this.#version += 1;
    for (const listener of [...this.watchers]) listener({ type: 'DELETED', object: lease });
    return { kind: 'Status', status: 'Success' };
  }

  #write(lease: Lease, type: 'ADDED' | 'MODIFIED'): Lease {
    this.#version += 1;
    const written = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    this.leases.set(lease.metadata.name, written);
    for (const listener of [...this.watchers]) listener({ type, object: written });
    return written;
  }
}

/** The way between a process and the server. */
export interface Network {
  /** Each way, in ms; asked for each request. */
  readonly delayMs: () => number;
  /** On top of it. */
  slowMs: number;
  /** Nothing gets through either way; watches are silent. */
  isCut: boolean;
  /** Requests arrive and are done, answers are lost. */
  losesAnswers: boolean;
}

export const fastNetwork = (): Network => ({ delayMs: () => 5, slowMs: 0, isCut: false, losesAnswers: false });

/** The server as a process sees it. A request that was sent goes on without its sender. */
export function fakeApi(world: World, server: FakeServer, process: Process, network: Network): KubeApi {
  return {
    request: <T>(method: string, path: string, options: RequestOptions = {}) =>
      new Promise<T>((resolve, reject) => {
        const { timeoutMs = 5_000, signal } = options;
        const fail = (reason: string) => reject(new KubeError(0, reason, `${method} ${path}`));
        process.scheduler.after(timeoutMs, () => fail('Timeout'));
        if (signal?.aborted) return fail('Aborted');
        signal?.addEventListener('abort', () => fail('Aborted'), { once: true });
        if (network.isCut) return;
        world.at(world.now + network.delayMs() + network.slowMs, () => {
          let answer = () => {};
          try {
            const result = server.handle(method, path, options) as T;
            answer = () => resolve(result);
          } catch (error) {
            answer = () => reject(error);
          }
          if (network.losesAnswers) return;
          world.at(world.now + network.delayMs() + network.slowMs, () => network.isCut || process.deliver(answer));
        });
      }),
    watch: <T>(
      _path: string,
      options: { onEvent: (event: WatchEvent<T>) => void; signal: AbortSignal; query: object },
    ) =>
      new Promise<void>((resolve) => {
        const name = /metadata\.name=(.+)/.exec(
          String((options.query as { fieldSelector?: string }).fieldSelector),
        )?.[1];
        const listener: Listener = (event) => {
          if (event.object.metadata.name !== name || network.isCut) return;
          const delivered = () => options.signal.aborted || options.onEvent(event as unknown as WatchEvent<T>);
          world.at(world.now + network.delayMs() + network.slowMs, () => process.deliver(delivered));
        };
        server.watchers.add(listener);
        options.signal.addEventListener('abort', () => {
          server.watchers.delete(listener);
          resolve();
        });
      }),
    serverNow: () => undefined,
    close: () => {},
  };
}
