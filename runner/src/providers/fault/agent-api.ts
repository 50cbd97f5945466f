import { readFile } from 'node:fs/promises';
import {
  type AgentFile,
  apiVersion,
  type ErrorCode,
  errorCodes,
  type FaultSpec,
  type FaultStatus,
  PadoError,
  type TargetStatus,
} from '@pado/fault';
import { request } from 'undici';

/** Half of a lease: a call that hangs must leave time for another one. */
const timeoutMs = 2_000;

/** What a run asks of the agent; agent/fault/src/api.ts says what each call does. */
export interface AgentApi {
  /** Also when no process fits yet: the run waits for one. */
  readonly create: (name: string, spec: FaultSpec) => Promise<FaultStatus>;
  readonly read: (name: string) => Promise<FaultStatus>;
  /** Ends the fault and keeps its evidence. */
  readonly stop: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly renewLease: (name: string, durationMs: number) => Promise<void>;
  readonly releaseLease: (name: string) => Promise<void>;
  readonly targets: () => Promise<readonly TargetStatus[]>;
  /** The shortest time between two looks at a fault, in ms; default 25. */
  readonly lookEveryMs?: number;
  /** Why nobody is armed, as far as can be known; by default told from the fault's targets. */
  readonly whyUnarmed?: (name: string) => Promise<string>;
}

/** @throws PadoError ERR_PADO_AGENT_UNREACHABLE when nobody answers, else the code of the agent's problem+json. */
export function agentApi({ url, tokenFile }: Pick<AgentFile, 'url' | 'tokenFile'>): AgentApi {
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<unknown> => {
    let statusCode: number;
    let text: string;
    try {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      const response = await request(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      statusCode = response.statusCode;
      text = await response.body.text();
    } catch (cause) {
      throw new PadoError(
        'ERR_PADO_AGENT_UNREACHABLE',
        `the agent at ${url} does not answer: ${(cause as Error).message}`,
        {
          cause,
        },
      );
    }
    if (statusCode >= 400) throw refusal(`${method} ${path}`, statusCode, text);
    return text === '' ? undefined : JSON.parse(text);
  };
  const fault = (name: string) => `/v1/faults/${encodeURIComponent(name)}`;
  const lease = (name: string) => `/v1/leases/${encodeURIComponent(name)}`;
  return {
    create: async (name, spec) =>
      (await call('POST', '/v1/faults?wait=true', {
        apiVersion,
        kind: 'Fault',
        metadata: { name },
        spec,
      })) as FaultStatus,
    read: async (name) => (await call('GET', fault(name))) as FaultStatus,
    stop: async (name) => void (await call('PATCH', fault(name), { stopped: true })),
    remove: async (name) => void (await call('DELETE', fault(name))),
    renewLease: async (name, durationMs) => void (await call('PUT', lease(name), { durationMs })),
    releaseLease: async (name) => void (await call('DELETE', lease(name))),
    targets: async () => ((await call('GET', '/v1/targets')) as { items: TargetStatus[] }).items,
  };
}

function refusal(call: string, status: number, text: string): PadoError {
  let problem: { code?: string; detail?: string; title?: string } = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // Not an agent of ours, or a proxy: the status has to do.
  }
  const code = Object.hasOwn(errorCodes, problem.code ?? '') ? (problem.code as ErrorCode) : 'ERR_PADO_PROVIDER';
  const detail = problem.detail ?? problem.title ?? 'no reason given';
  return new PadoError(code, `the agent answered ${call} with ${status}: ${detail}`, { details: { status } });
}
