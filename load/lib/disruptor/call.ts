import http from 'k6/http';
import { type ErrorCode, errorCodes, PadoError } from '../../../agent/fault/src/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Api {
  readonly url: string;
  /** For messages, such as `the agent at http://127.0.0.1:4000`. */
  readonly name: string;
  readonly token: string | undefined;
}

/** k6's metrics know these requests by their name; thresholds of the load are cut by scenario, and do not see them. */
const tags = { name: 'pado' };
const anyStatus = http.expectedStatuses({ min: 200, max: 599 });

/** @throws PadoError with the code and the words of the answer; ERR_PADO_AGENT_UNREACHABLE when there is none. */
export function call<T>({ url, name, token }: Api, method: Method, path: string, body?: unknown): T {
  const response = http.request(method, `${url}${path}`, body === undefined ? null : JSON.stringify(body), {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    tags,
    responseType: 'text',
    responseCallback: anyStatus,
    timeout: '5s',
    redirects: 0,
  });
  if (response.status === 0)
    throw new PadoError('ERR_PADO_AGENT_UNREACHABLE', `${name} does not answer: ${response.error}`);
  const text = String(response.body ?? '');
  if (response.status >= 300) throw refusal(name, `${method} ${path}`, response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The agent answers with problem+json, the API server with a Status. */
function refusal(name: string, what: string, status: number, text: string): PadoError {
  let problem: { code?: string | number; detail?: string; title?: string; message?: string } = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy, or something else that listens there: the status has to do.
  }
  const code = String(problem.code ?? '');
  const why = problem.detail ?? problem.message ?? problem.title ?? 'no reason given';
  return new PadoError(
    Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : (byStatus[status] ?? 'ERR_PADO_PROVIDER'),
    `${name} answered ${what} with ${status}: ${why}`,
    { details: { status } },
  );
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'ERR_PADO_UNAUTHORIZED',
  403: 'ERR_PADO_FORBIDDEN',
  404: 'ERR_PADO_NOT_FOUND',
  409: 'ERR_PADO_CONFLICT',
};
