import { calibrate } from './calibrate.ts';
import type { KubeApi } from './kube-api.ts';
import { request } from './request.ts';
import { Server, type ServerOptions } from './server.ts';
import { watch } from './watch.ts';

export interface HttpKubeApi extends KubeApi {
  /** Learns the server's clock to some milliseconds, in some seconds. Never rejects. */
  readonly calibrate: (signal?: AbortSignal) => Promise<void>;
}

/** The API server over HTTP/1.1: a few sockets that are kept for requests, and one for each watch. */
export function createKubeApi(options: ServerOptions): HttpKubeApi {
  const server = new Server(options);
  const api: KubeApi = {
    request: (method, path, requestOptions) => request(server, method, path, requestOptions),
    watch: (path, watchOptions) => watch(server, path, watchOptions),
    serverNow: () => server.serverClock.now(),
    close: () => server.close(),
  };
  return { ...api, calibrate: (signal) => calibrate(api, server.serverClock, options.clock, signal) };
}
