import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Host, startHost } from './host.ts';
import { WireAgent, type WireTarget } from './wire-agent.ts';

const fixture = fileURLToPath(new URL('../fixtures/answers.mjs', import.meta.url));

export const protocols = ['http', 'https', 'h2', 'core', 'secure', 'secure by http/1'] as const;
export type Protocol = (typeof protocols)[number];

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly bytes: number;
  readonly text: string;
  readonly error?: NodeJS.ErrnoException;
  readonly ms: number;
  /** Milliseconds until the head was there. */
  readonly headMs?: number;
}

/** test/fixtures/answers.mjs, connected to an agent, and a client of each of its protocols, which has no injector. */
export async function connectedAnswers(t: Test, env: NodeJS.ProcessEnv = {}, execPath?: string) {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host: Host = await startHost(t, agent, { PADO_NAME: 'answers', ...env }, fixture, execPath);
  const target: WireTarget = await arriving;
  const ports = await host.ask<Record<string, number>>('ports');
  const sessions = new Map<Protocol, http2.ClientHttp2Session>();
  const sessionOf = (protocol: Protocol): http2.ClientHttp2Session => {
    let session = sessions.get(protocol);
    if (!session || session.destroyed || session.closed) {
      const scheme = protocol === 'secure' ? 'https' : 'http';
      session = http2.connect(`${scheme}://127.0.0.1:${ports[protocol]}`, { rejectUnauthorized: false });
      session.on('error', () => {});
      sessions.set(protocol, session);
    }
    return session;
  };
  t.teardown(() => {
    for (const session of sessions.values()) session.destroy();
  });

  const byHttp1 = async (protocol: Protocol, path: string) => {
    const isPlain = protocol === 'http';
    const port = ports[protocol === 'secure by http/1' ? 'secure' : protocol];
    const url = `${isPlain ? 'http' : 'https'}://127.0.0.1:${port}${path}`;
    const request = isPlain ? http.get(url) : https.get(url, { rejectUnauthorized: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: response };
  };
  const byHttp2 = async (protocol: Protocol, path: string) => {
    const stream = sessionOf(protocol).request({ ':path': path });
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
    return { status: headers[':status'], headers, body: stream };
  };

  const get = async (protocol: Protocol, path: string): Promise<Answer> => {
    const started = performance.now();
    const answer = { bytes: 0, text: '', ms: 0 };
    let head = {};
    try {
      const isFirst = protocol === 'http' || protocol === 'https' || protocol === 'secure by http/1';
      const { status, headers, body } = await (isFirst ? byHttp1 : byHttp2)(protocol, path);
      head = { status, headers, headMs: performance.now() - started };
      for await (const chunk of body) {
        answer.bytes += (chunk as Buffer).length;
        if (answer.bytes < 1_000) answer.text += chunk;
      }
      return { ...head, ...answer, ms: performance.now() - started };
    } catch (error) {
      return { ...head, ...answer, ms: performance.now() - started, error: error as Error };
    }
  };
  return { agent, host, target, ports, get };
}
