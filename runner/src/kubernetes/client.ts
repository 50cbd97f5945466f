import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { type ApiStatus, type Asked, refusal, unreachable } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** For the whole answer; default 5,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The API server, as the user whom the kubeconfig names. */
export interface KubeClient {
  readonly server: string;
  /** The namespace that was asked for, else the context's, else `default`. */
  readonly namespace: string;
  /** Inside a pod, whose Services are reached directly. */
  readonly inCluster: boolean;
  readonly config: KubeConfig;
  /** @throws PadoError with the answer's `status` in its details; 0 and `passing` when nobody answered */
  readonly request: <T>(method: Method, path: string, options?: RequestOptions) => Promise<T>;
  /** An answer that is read while it comes, such as a log. */
  readonly stream: (path: string, options: Omit<RequestOptions, 'body' | 'timeoutMs'>) => Promise<Readable>;
  /** The API server's clock in Unix ms, as its answers tell it to the second; this machine's before the first. */
  readonly serverNow: () => number;
  readonly close: () => void;
}

const timeoutMs = 5_000;

/** A client that keeps its connections, and asks the kubeconfig for fresh credentials at each request. */
export function kubeClient(
  config: KubeConfig,
  { namespace, inCluster }: Pick<KubeClient, 'namespace' | 'inCluster'>,
): KubeClient {
  const server = (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
  const isPlain = server.startsWith('http:');
  let agent: { readonly key: string; readonly agent: http.Agent } | undefined;
  let clock: { readonly serverMs: number; readonly atMs: number } | undefined;

  /** The same credentials go over the same connections. */
  const options = async (): Promise<https.RequestOptions> => {
    const given: https.RequestOptions = {};
    await config.applyToHTTPSOptions(given);
    if (config.getCurrentCluster()?.proxyUrl !== undefined) return given;
    const { ca, cert, key, servername, rejectUnauthorized } = given;
    const text = [ca, cert, key, servername, rejectUnauthorized].map(String).join('\n');
    if (agent?.key !== text) {
      agent?.agent.destroy();
      const tls = Object.fromEntries(
        Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined),
      );
      agent = {
        key: text,
        agent: isPlain ? new http.Agent({ keepAlive: true }) : new https.Agent({ keepAlive: true, ...tls }),
      };
    }
    return { ...given, agent: agent.agent };
  };

  const send = async (
    asked: Asked,
    { body, query, signal }: RequestOptions,
    isRetry = false,
  ): Promise<http.IncomingMessage> => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const given = await options();
    const search = new URLSearchParams(
      Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    const request = (isPlain ? http : https).request(`${server}${asked.path}${search === '' ? '' : `?${search}`}`, {
      ...given,
      method: asked.method,
      headers: {
        ...given.headers,
        accept: 'application/json',
        ...(payload === undefined
          ? {}
          : {
              'content-type': asked.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    request.end(payload);
    try {
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const date = Date.parse(response.headers.date ?? '');
      // The header tells whole seconds: in the middle of one is the least wrong.
      if (!Number.isNaN(date)) clock = { serverMs: date + 500, atMs: performance.now() };
      return response;
    } catch (error) {
      // The server had closed the kept connection just before: nothing was read of the request.
      const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!isStale || isRetry || signal?.aborted) throw error;
      return send(
        asked,
        { body, ...(query === undefined ? {} : { query }), ...(signal === undefined ? {} : { signal }) },
        true,
      );
    }
  };

  return {
    server,
    namespace,
    inCluster,
    config,
    request: async <T>(method: Method, path: string, given: RequestOptions = {}): Promise<T> => {
      const asked = { method, path, server };
      const limit = AbortSignal.timeout(given.timeoutMs ?? timeoutMs);
      let status: number;
      let body: string;
      try {
        const signal = given.signal === undefined ? limit : AbortSignal.any([given.signal, limit]);
        const response = await send(asked, { ...given, signal });
        status = response.statusCode ?? 0;
        body = await readText(response);
      } catch (cause) {
        given.signal?.throwIfAborted();
        const seconds = (given.timeoutMs ?? timeoutMs) / 1_000;
        throw unreachable(asked, limit.aborted ? new Error(`no answer within ${seconds} s`, { cause }) : cause);
      }
      if (status >= 400) throw refusal(asked, status, statusOf(body));
      return (body === '' ? undefined : JSON.parse(body)) as T;
    },
    stream: async (path, given) => {
      const asked = { method: 'GET', path, server };
      const response = await send(asked, given).catch((cause) => {
        given.signal?.throwIfAborted();
        throw unreachable(asked, cause);
      });
      if ((response.statusCode ?? 0) < 400) return response;
      throw refusal(asked, response.statusCode ?? 0, statusOf(await readText(response)));
    },
    serverNow: () => (clock === undefined ? Date.now() : clock.serverMs + performance.now() - clock.atMs),
    close: () => agent?.agent.destroy(),
  };
}

function statusOf(text: string): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return { message: text.trim() };
  }
}
