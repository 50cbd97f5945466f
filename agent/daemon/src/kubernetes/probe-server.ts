import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface ProbeServerOptions {
  readonly registry: Registry;
  /** What keeps the agent from doing its work, in sentences; empty when it is ready. */
  readonly obstacles: () => readonly string[];
}

/** Probes and metrics, without TLS and without a token: they tell nothing that is secret, and change nothing. */
export function createProbeServer({ registry, obstacles }: ProbeServerOptions): Server {
  return createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, async (request, response) => {
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    try {
      const path = request.url?.split('?', 1)[0];
      if (request.method !== 'GET') return answer(405, { status: 'only GET' });
      if (path === '/healthz') return answer(200, { status: 'ok' });
      if (path === '/readyz') {
        const missing = obstacles();
        return answer(missing.length === 0 ? 200 : 503, { status: missing.length === 0 ? 'ok' : 'not ready', missing });
      }
      if (path === '/metrics')
        return void response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
      answer(404, { status: 'not found', paths: ['/healthz', '/readyz', '/metrics'] });
    } catch {
      response.destroy();
    }
  });
}
