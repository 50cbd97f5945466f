import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { type InjectorMessage, keys } from '@pado/fault';
import { type Channel, openChannel } from '../channel/channel.ts';
import type { Faults } from '../fault-book.ts';
import { HttpProblem, toProblem } from '../http/problem.ts';
import type { Log } from '../log.ts';
import type { AgentMetrics } from '../metrics.ts';
import type { Targets } from '../targets.ts';
import type { Identities } from './identity/identity.ts';
import { RetryLater } from './identity/problems.ts';
import type { PodIdentity } from './identity/review.ts';
import type { Pod } from './pods.ts';

/** Connections of all pods together, from one address, and channels of one pod: a process has one a thread. */
const maxConnections = 4_096;
const maxFromAnAddress = 256;
const maxChannelsOfAPod = 64;
/** A pod may connect a moment before the agent hears of it. */
const podAppearsWithinMs = 2_000;

export interface ChannelServerOptions {
  readonly identities: Identities;
  readonly faults: Faults;
  readonly targets: Targets;
  readonly metrics: AgentMetrics;
  /** The pod as this agent sees it: of its own node, alive, with injection. */
  readonly podOf: (uid: string) => Pod | undefined;
  readonly node: string | undefined;
  readonly cert: string;
  readonly key: string;
  readonly log: Log;
  readonly beforeHeartbeat: () => void;
}

export interface ChannelServer {
  readonly server: Server;
  /** The pod is gone: whoever speaks for it is not heard any more. */
  readonly dismiss: (podUid: string) => void;
  /** Takes no newcomers, and sends those who are there to the next agent. */
  readonly leave: () => Promise<void>;
}

type Hello = Extract<InjectorMessage, { type: 'hello' }>;

/** Where injectors connect: TLS, and a token that says which pod speaks. */
export function createChannelServer(options: ChannelServerOptions): ChannelServer {
  const { faults, targets, metrics, podOf, log, cert, key } = options;
  const channels = new Map<Channel, PodIdentity>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '/', 'https://agent');
    const [, uid] = /^\/v1\/channel(?:\/([^/]+))?$/.exec(url?.pathname ?? '') ?? [undefined, undefined];
    const isChannel = request.method === 'POST' && url?.pathname === '/v1/channel';
    if (!isChannel && !(request.method === 'GET' && uid !== undefined))
      throw new HttpProblem(404, 'ERR_PADO_NOT_FOUND', 'this is where injectors connect: POST /v1/channel');
    const identity = await admit(request);
    if (response.destroyed) return;
    if (!isChannel) return answerLease(identity, uid ?? '', url?.searchParams.get('instance') ?? '', response);
    if ([...channels.values()].filter(({ podUid }) => podUid === identity.podUid).length >= maxChannelsOfAPod)
      throw new HttpProblem(429, 'ERR_PADO_REFUSED', `a pod may hold ${maxChannelsOfAPod} channels, and it does`);
    const channel = openChannel(request, response, {
      ...{ book: faults, targets, metrics, log },
      beforeHeartbeat: options.beforeHeartbeat,
      identify: (hello) => identified(hello, identity),
    });
    channels.set(channel, identity);
    response.once('close', () => {
      channel.close();
      channels.delete(channel);
    });
  };

  /** The pod that the token was made for, if it is ours to serve. */
  const admit = async (request: IncomingMessage): Promise<PodIdentity> => {
    const [, token] = /^Bearer ([\x21-\x7e]+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined)
      throw new HttpProblem(401, 'ERR_PADO_UNAUTHORIZED', 'a bearer token of a pod is missing: its audience is pado');
    const identity = await options.identities.review(token);
    if (options.node !== undefined && identity.node !== undefined && identity.node !== options.node)
      throw new HttpProblem(403, 'ERR_PADO_UNAUTHORIZED', `the pod ${identity.pod} is on another node`);
    const giveUpAt = performance.now() + podAppearsWithinMs;
    while (podOf(identity.podUid) === undefined) {
      if (performance.now() > giveUpAt) {
        throw new HttpProblem(
          403,
          'ERR_PADO_UNAUTHORIZED',
          `the agent of this node knows no pod ${identity.namespace}/${identity.pod} with the label ${keys.inject}=enabled`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return identity;
  };

  const identified = (hello: Hello, identity: PodIdentity) => {
    const pod = podOf(identity.podUid);
    if (pod === undefined) return undefined;
    // An instance is one process start, in one pod: nobody takes over another's.
    const known = targets.get(hello.instance);
    if (known !== undefined && known.pod !== identity.podUid) return undefined;
    const container = hello.labels[keys.container];
    return {
      ...hello,
      labels: pod.metadata.labels ?? {},
      place: {
        namespace: identity.namespace,
        pod: identity.pod,
        podUid: identity.podUid,
        ...(container === undefined ? {} : { container }),
      },
    };
  };

  /** Asked by a thread of an injector whose main thread may be blocked: see leaseCheckMs of the protocol. */
  const answerLease = (identity: PodIdentity, uid: string, instance: string, response: ServerResponse): void => {
    const target = targets.get(instance);
    const isItself = target?.pod === identity.podUid;
    if (isItself) target?.heard();
    const fault = faults.byUid(uid);
    const isOver = fault === undefined || fault.ended || fault.isWithdrawnFrom(instance);
    // An agent that has just come does not know the process yet: that is no answer, and the lease runs on by the clock.
    const goesOn = isItself && fault?.isInForceFor(instance);
    response.writeHead(isOver ? 410 : goesOn ? 200 : 503, { 'content-type': 'application/json' }).end('{}');
  };

  const server = createServer(
    {
      ...{ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: 5_000, maxHeaderSize: 16_384 },
      ...{ requestTimeout: 0, headersTimeout: 5_000, connectionsCheckingInterval: 2_000, keepAliveTimeout: 30_000 },
    },
    (request, response) => {
      response.on('error', () => {});
      handle(request, response).catch((error: unknown) => {
        const { status, code, message } = toProblem(error);
        if (status === 500) log('error', 'unexpected error', { error: String((error as Error)?.stack ?? error) });
        else log('info', 'refused', { status, reason: message });
        if (response.headersSent) return void response.destroy();
        if (error instanceof RetryLater) response.setHeader('retry-after', error.retryAfterSeconds);
        response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' });
        response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail: message, code }));
      });
    },
  );
  server.maxConnections = maxConnections;
  const connections = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (connections.get(from) ?? 0) + 1;
    connections.set(from, count);
    socket.once('close', () => {
      const left = (connections.get(from) ?? 1) - 1;
      if (left === 0) connections.delete(from);
      else connections.set(from, left);
    });
    // Before the handshake, which is what costs.
    if (count > maxFromAnAddress) socket.destroy();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') log('info', 'a TLS handshake failed', { error: error.code ?? error.message });
  });

  return {
    server,
    dismiss(podUid) {
      for (const [channel, identity] of channels) if (identity.podUid === podUid) channel.close();
    },
    async leave() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const channel of channels.keys()) channel.goaway();
      server.closeIdleConnections();
      await closed;
    },
  };
}
