import { PadoError } from '@pado/fault';
import { EnvHttpProxyAgent, request } from 'undici';
import type { HttpProvider } from '../experiment/schema.ts';
import { headerOf, readBody, toHeaders, toValue } from './http-answer.ts';
import { toBody, withQuery } from './http-arguments.ts';
import { failureOf } from './http-failure.ts';
import { type HttpRequest, redirected } from './http-redirect.ts';
import type { Answer, CallContext } from './provider.ts';
import { redact } from './redact.ts';

/** Without a `timeout`, for the connection and for each pause of the answer. */
const defaultTimeoutMs = 30_000;
const longestBody = 4 * 1_024 * 1_024;
/** As many as `requests` follows. */
const maxRedirects = 30;

/**
 * Sends a request; the output is {status, headers, body}. A status of 400 and above is an answer. Redirects and the
 * proxies of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are followed, as Chaos Toolkit does.
 * @throws PadoError ERR_PADO_PROVIDER when no answer comes, with the reason: refused, timed out, unknown host, TLS.
 */
export async function askHttp(provider: HttpProvider, context: CallContext): Promise<Answer> {
  const { signal } = context;
  const { timeout = defaultTimeoutMs / 1_000 } = provider;
  const [connectMs, readMs] = (typeof timeout === 'number' ? [timeout, timeout] : timeout).map(
    (seconds) => seconds * 1_000,
  ) as [number, number];
  const first = toRequest(provider);
  const fail = (reason: string, cause?: unknown) =>
    new PadoError('ERR_PADO_PROVIDER', redact(`${first.method} ${first.url}: ${reason}`, context.secrets), {
      cause,
    });
  signal.throwIfAborted();
  const startedAt = performance.now();
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: connectMs, rejectUnauthorized: provider.verify_tls ?? true },
    requestTls: { rejectUnauthorized: provider.verify_tls ?? true },
    headersTimeout: readMs,
    bodyTimeout: readMs,
  });
  const send = ({ method, url, headers, body }: HttpRequest) =>
    request(url, { method, headers, body: body ?? null, signal, dispatcher, responseHeaders: 'raw' });
  const sendAgain = async (sent: HttpRequest) => {
    for (let retries = provider.max_retries ?? 0; ; retries--) {
      try {
        return await send(sent);
      } catch (error) {
        if (signal.aborted || retries === 0 || !failureOf(error, connectMs, readMs).unsent) throw error;
      }
    }
  };
  try {
    const cookies = new Cookies();
    let sent = first;
    for (let followed = 0; ; followed++) {
      const response = await sendAgain(cookies.onto(sent));
      const headers = toHeaders(response.headers as unknown as (string | Buffer)[]);
      const body = await readBody(response.body, longestBody);
      const next = redirected(sent, response.statusCode, headerOf(headers, 'location'));
      if (next === undefined) {
        if (body === undefined) throw fail('the answer is longer than 4 MiB');
        const value = toValue(body, headerOf(headers, 'content-type'), provider.read);
        const output = { status: response.statusCode, headers, body: value };
        return { output, durationMs: performance.now() - startedAt };
      }
      if (!/^https?:$/.test(next.url.protocol)) throw fail(`the answer redirects to ${next.url}, which is not HTTP`);
      if (followed === maxRedirects) throw fail(`the answer redirects more than ${maxRedirects} times`);
      cookies.take(sent.url, response.headers as unknown as (string | Buffer)[]);
      sent = next;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PadoError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'UND_ERR_INVALID_ARG')
      throw new PadoError('ERR_PADO_INVALID', `the request cannot be made: ${(error as Error).message}`, {
        cause: error,
      });
    throw fail(failureOf(error, connectMs, readMs).reason, error);
  } finally {
    await dispatcher.destroy();
  }
}

function toRequest({
  url: text,
  method: written = 'GET',
  headers: given = {},
  arguments: args,
}: HttpProvider): HttpRequest {
  const method = written.toUpperCase();
  const url = new URL(text);
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'pado' };
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
  if (url.username !== '' && headers.authorization === undefined) {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(user).toString('base64')}`;
  }
  url.username = '';
  url.password = '';
  if (method === 'GET') return { method, url: withQuery(url, args), headers };
  const { body, contentType } = toBody(args, headers['content-type']);
  if (contentType !== undefined) headers['content-type'] ??= contentType;
  return { method, url, headers, body };
}

/** What an answer sets is sent to the same host when it redirects: a login that answers with a cookie works. */
class Cookies {
  readonly #byHost = new Map<string, Map<string, string>>();

  take({ hostname }: URL, raw: readonly (string | Buffer)[]): void {
    const jar = this.#byHost.get(hostname) ?? new Map<string, string>();
    this.#byHost.set(hostname, jar);
    for (let i = 0; i + 1 < raw.length; i += 2) {
      if (String(raw[i]).toLowerCase() !== 'set-cookie') continue;
      const [, name, value] = /^\s*([^=;]+)=([^;]*)/.exec(String(raw[i + 1])) ?? [];
      if (name !== undefined && value !== undefined) jar.set(name, value);
    }
  }

  onto(request: HttpRequest): HttpRequest {
    const jar = this.#byHost.get(request.url.hostname);
    if (jar === undefined || jar.size === 0) return request;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    return { ...request, headers: { ...request.headers, cookie } };
  }
}
