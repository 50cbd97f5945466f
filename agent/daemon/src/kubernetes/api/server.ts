import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Credential } from './fresh-file.ts';
import type { RequestOptions } from './kube-api.ts';
import { ServerClock } from './server-clock.ts';

export interface ServerOptions {
  /** Such as https://10.96.0.1:443; a path is put before every request's own. */
  readonly server: URL;
  /** Certificates in PEM that the API server is trusted by; without it those of Node.js. */
  readonly ca?: string | Buffer | Credential;
  /** A bearer token. */
  readonly token?: Credential;
  /** A client certificate and its key in PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly clock: Clock;
  readonly log: Log;
}

/** Enough for what one agent does at once; an idle socket ends before a load balancer would cut it. */
const agentOptions = {
  keepAlive: true,
  maxSockets: 8,
  maxFreeSockets: 2,
  timeout: 30_000,
  scheduling: 'lifo',
} as const;

/** One API server: its address, its credentials, its sockets and its clock. */
export class Server {
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly #options: ServerOptions;
  readonly #base: string;
  readonly #isSecure: boolean;
  /** Sockets of requests are kept and shared; each watch has one of its own. */
  readonly #shared: HttpAgent;
  readonly #single: HttpAgent;
  #isRefused = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.serverClock = new ServerClock(options.clock);
    this.#base = options.server.pathname.replace(/\/$/, '');
    this.#isSecure = options.server.protocol === 'https:';
    const Agent = this.#isSecure ? HttpsAgent : HttpAgent;
    this.#shared = new Agent(agentOptions);
    this.#single = new Agent({ keepAlive: false });
  }

  open(
    method: string,
    path: string,
    { query = {}, accept = 'application/json', contentType = 'application/json' }: RequestOptions,
    { body, isWatch = false }: { readonly body?: string; readonly isWatch?: boolean } = {},
  ): ClientRequest {
    const { server, ca, cert, key, token } = this.#options;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    const headers: OutgoingHttpHeaders = { accept, 'user-agent': 'pado-agent' };
    if (body !== undefined) {
      headers['content-type'] = contentType;
      headers['content-length'] = Buffer.byteLength(body);
    }
    const bearer = token?.(this.#isRefused);
    this.#isRefused = false;
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    const sentAtMs = this.clock.now();
    const call = (this.#isSecure ? httpsRequest : httpRequest)({
      method,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (this.#isSecure ? 443 : 80),
      path: `${this.#base}${path}${search.size === 0 ? '' : `?${search}`}`,
      headers,
      agent: isWatch ? this.#single : this.#shared,
      ...(this.#isSecure ? { ca: typeof ca === 'function' ? ca() : ca, cert, key } : {}),
    });
    call.once('response', ({ statusCode, headers }) => {
      if (headers.date !== undefined) this.serverClock.observe(Date.parse(headers.date), sentAtMs, this.clock.now());
      if (statusCode === 401) this.#isRefused = true;
    });
    call.end(body);
    return call;
  }

  /** Closes sockets that wait for work: when one no longer answers, the others to the same server hardly do. */
  dropIdleSockets(): void {
    for (const sockets of Object.values(this.#shared.freeSockets))
      for (const socket of [...(sockets ?? [])]) socket.destroy();
  }

  close(): void {
    this.#shared.destroy();
    this.#single.destroy();
  }
}
