export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/** The request that an answer redirects to, as `requests` makes it; undefined when it is no redirect. */
export function redirected(
  request: HttpRequest,
  status: number,
  location: string | undefined,
): HttpRequest | undefined {
  if (!redirects.has(status) || location === undefined) return undefined;
  const url = new URL(location, request.url);
  if (url.hash === '') url.hash = request.url.hash;
  const method = methodAfter(request.method, status);
  const headers = { ...request.headers };
  delete headers.cookie;
  if (!keepsAuthorization(request.url, url)) delete headers.authorization;
  if (status === 307 || status === 308) return { method, url, headers, body: request.body };
  for (const name of ['content-length', 'content-type', 'transfer-encoding']) delete headers[name];
  return { method, url, headers };
}

function methodAfter(method: string, status: number): string {
  if ((status === 302 || status === 303) && method !== 'HEAD') return 'GET';
  return status === 301 && method === 'POST' ? 'GET' : method;
}

/** On the same host, and from http to https on their usual ports. */
function keepsAuthorization(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false;
  if (from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '') return true;
  return from.protocol === to.protocol && from.port === to.port;
}
