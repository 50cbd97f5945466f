import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Test } from 'tap';
import { monotonicClock } from '../../../../../agent/daemon/src/clock.ts';
import { createKubeApi } from '../../../../../agent/daemon/src/kubernetes/api/create-api.ts';
import type { KubeObject } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { silentLog } from '../../../../../agent/daemon/src/log.ts';

/** An API server that answers as the test says, and a client of it. */
export async function apiServer(
  t: Test,
  listener: RequestListener,
  options: { token?: (is?: boolean) => string } = {},
) {
  const sockets = new Set<Socket>();
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const api = createKubeApi({ server: url, clock: monotonicClock, log: silentLog, ...options });
  t.teardown(async () => {
    api.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { api, server, url, sockets };
}

export const json = (response: ServerResponse, code: number, body: unknown, headers = {}): void => {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

export const status = (code: number, reason: string, message: string) => ({ kind: 'Status', code, reason, message });

export interface Thing extends KubeObject {
  readonly data?: string;
}

/** What an API server does with one kind of resource: lists, watches, forgets old versions. */
export class Things {
  readonly objects = new Map<string, Thing>();
  readonly requests: URL[] = [];
  readonly accepts: (string | undefined)[] = [];
  readonly streams = new Set<ServerResponse>();
  /** Answers the next requests instead: return true to have answered. */
  misbehave: (url: URL, response: ServerResponse) => boolean = () => false;
  pageSize = Number.POSITIVE_INFINITY;
  #version = 100;
  #oldest = 0;
  #log: { readonly version: number; readonly line: string }[] = [];
  #onStream: (() => void)[] = [];

  get lists(): URL[] {
    return this.requests.filter((url) => !url.searchParams.has('watch'));
  }

  get watches(): URL[] {
    return this.requests.filter((url) => url.searchParams.has('watch'));
  }

  put(name: string, data: string, uid = `uid-${name}`): void {
    const type = this.objects.has(uid) ? 'MODIFIED' : 'ADDED';
    const metadata = { name, uid, resourceVersion: String(++this.#version), managedFields: [{ manager: 'test' }] };
    this.objects.set(uid, { metadata, data });
    this.#tell(type, this.objects.get(uid)!);
  }

  delete(name: string, uid = `uid-${name}`): void {
    const object = this.objects.get(uid)!;
    this.objects.delete(uid);
    this.#tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } });
  }

  bookmark(): void {
    this.#tell('BOOKMARK', { metadata: { name: '', resourceVersion: String(++this.#version) } });
  }

  /** Every version up to now is too old for a watch. */
  compact(): void {
    this.#oldest = ++this.#version;
    this.#log = [];
  }

  cut(): void {
    for (const stream of this.streams) stream.destroy();
  }

  send(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }

  /** Resolves when another watch is accepted. */
  nextStream(): Promise<void> {
    return new Promise((resolve) => this.#onStream.push(resolve));
  }

  readonly listener: RequestListener = (request, response) => {
    const url = new URL(request.url!, 'http://server');
    this.requests.push(url);
    this.accepts.push(request.headers.accept);
    if (this.misbehave(url, response)) return;
    if (url.searchParams.has('watch')) this.#watch(url, response);
    else this.#list(url, response);
  };

  #list(url: URL, response: ServerResponse): void {
    const start = Number(url.searchParams.get('continue') ?? 0);
    const all = [...this.objects.values()];
    const next = start + this.pageSize;
    json(response, 200, {
      metadata: { resourceVersion: String(this.#version), ...(next < all.length ? { continue: String(next) } : {}) },
      items: all.slice(start, next),
    });
  }

  #watch(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < this.#oldest) {
      json(response, 410, status(410, 'Expired', 'too old resource version'));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const { version, line } of this.#log) if (version > from) response.write(line);
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    for (const resolve of this.#onStream.splice(0)) resolve();
  }

  #tell(type: string, object: Thing): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#log.push({ version: this.#version, line });
    this.send(line);
  }
}
