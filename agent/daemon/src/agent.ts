import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openChannel } from './channel/channel.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { FaultBook } from './fault-book.ts';
import { checkHost, checkToken } from './http/auth.ts';
import { HttpProblem, toProblem } from './http/problem.ts';
import { route } from './http/routes.ts';
import { Leases } from './leases.ts';
import { type Log, silentLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createState } from './state.ts';
import { Targets } from './targets.ts';

/** How often ttl and leases are looked at; the most that a fault outlives them in the agent. */
const tickMs = 200;
/** How long a leaving agent waits for targets to say that they reverted. */
const farewellMs = 1_000;

export interface AgentOptions {
  /** A loopback address; by default 127.0.0.1. */
  readonly host?: string;
  /** By default 0: any free port. */
  readonly port?: number;
  /** Where agent.json and the token go; created with mode 0700. */
  readonly stateDirectory: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Agent {
  readonly url: string;
  readonly token: string;
  readonly tokenFile: string;
  /** Ends every fault, waits shortly until all have reverted, and closes. Twice is once. */
  close(): Promise<void>;
}

/** Starts the agent of this machine. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { host = '127.0.0.1', port = 0, clock = monotonicClock, log = silentLog } = options;
  const targets = new Targets();
  const leases = new Leases(clock);
  const book = new FaultBook({ targets, leases, clock });
  const metrics = createMetrics(book, targets);
  const state = await createState(options.stateDirectory);
  const channels = new Set<{ close: () => void }>();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    checkHost(request);
    const url = URL.parse(request.url ?? '/', 'http://agent');
    if (url === null) throw new HttpProblem(400, 'ERR_PADO_INVALID', 'the request is for no path that can be read');
    if (request.method === 'GET' && (url.pathname === '/healthz' || url.pathname === '/readyz'))
      return send(response, 200, { status: 'ok' });
    if (request.method === 'GET' && url.pathname === '/metrics') {
      response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(await metrics.registry.metrics());
      return;
    }
    checkToken(request, state.token);
    if (request.method === 'POST' && url.pathname === '/v1/channel') {
      const channel = openChannel(request, response, { book, targets, metrics, log });
      channels.add(channel);
      response.once('close', () => {
        channel.close();
        channels.delete(channel);
      });
      return;
    }
    const answer = await route({ book, leases, targets }, request, url);
    if (request.method !== 'GET' && !url.pathname.startsWith('/v1/leases'))
      log('info', `${request.method} ${url.pathname}`, { status: answer.status });
    send(response, answer.status, answer.body);
  };

  const server = createServer(
    { requestTimeout: 0, headersTimeout: 5_000, keepAliveTimeout: 30_000 },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        const problem = toProblem(error);
        if (problem.status === 500)
          log('error', 'unexpected error', { error: String((error as Error)?.stack ?? error) });
        if (response.headersSent) return void response.destroy();
        response.setHeader('connection', 'close');
        send(
          response,
          problem.status,
          {
            type: 'about:blank',
            title: problem.code,
            status: problem.status,
            detail: problem.message,
            code: problem.code,
            problems: problem.problems,
          },
          'application/problem+json',
        );
      });
    },
  );
  server.listen(port, host);
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  await state.publish(url);
  const ticking = setInterval(() => book.tick(), tickMs);
  log('info', 'listening', { url });

  let closing: Promise<void> | undefined;
  const close = async () => {
    for (const fault of book.active) fault.end('deleted');
    const giveUpAt = Date.now() + farewellMs;
    while (Date.now() < giveUpAt && book.all.some((fault) => !fault.status.conditions.AllRecovered)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(ticking);
    for (const channel of channels) channel.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await state.remove();
    log('info', 'closed');
  };
  return {
    url,
    token: state.token,
    tokenFile: state.tokenFile,
    close: () => (closing ??= close()),
  };
}

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}
