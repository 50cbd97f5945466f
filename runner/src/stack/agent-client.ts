import { readFile } from 'node:fs/promises';
import {
  type AgentFile,
  type ErrorCode,
  errorCodes,
  type FaultStatus,
  PadoError,
  type TargetStatus,
} from '@pado/fault';
import { readJson } from './files.ts';

const timeoutMs = 5_000;

/** What the commands ask of an agent; see agent/fault/src/api.ts. */
export interface AgentClient {
  readonly url: string;
  readonly targets: (signal?: AbortSignal) => Promise<readonly TargetStatus[]>;
  readonly faults: (signal?: AbortSignal) => Promise<readonly FaultStatus[]>;
  readonly fault: (name: string, signal?: AbortSignal) => Promise<FaultStatus>;
  readonly apply: (fault: unknown, signal?: AbortSignal) => Promise<FaultStatus>;
  readonly clear: (signal?: AbortSignal) => Promise<void>;
}

export function agentClient({ url, tokenFile }: Pick<AgentFile, 'url' | 'tokenFile'>): AgentClient {
  const call = async <T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
    const limit = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new PadoError(
        'ERR_PADO_AGENT_UNREACHABLE',
        `no agent answers at ${url}: "pado agent" or "pado up" starts one`,
        { cause },
      );
    }
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  return {
    url,
    targets: async (signal) => (await call<{ items: TargetStatus[] }>('GET', '/v1/targets', undefined, signal)).items,
    faults: async (signal) => (await call<{ items: FaultStatus[] }>('GET', '/v1/faults', undefined, signal)).items,
    fault: (name, signal) => call('GET', `/v1/faults/${encodeURIComponent(name)}`, undefined, signal),
    apply: (fault, signal) => call('POST', '/v1/faults', fault, signal),
    clear: (signal) => call('DELETE', '/v1/faults', undefined, signal),
  };
}

/** Finds the agent of the project, or else that of the checkout: `pado exec` may run far from the shop. */
export async function findAgent(files: readonly string[]): Promise<AgentFile | undefined> {
  for (const file of files) {
    const agent = await readJson<AgentFile>(file);
    if (agent !== undefined) return agent;
  }
  return undefined;
}

export async function requireAgent(files: readonly string[]): Promise<AgentClient> {
  const agent = await findAgent(files);
  if (agent !== undefined) return agentClient(agent);
  throw new PadoError('ERR_PADO_AGENT_UNREACHABLE', 'no agent runs here: "pado agent" or "pado up" starts one');
}

/** The agent's problem+json as the error that it stands for. */
function refusal(status: number, text: string): PadoError {
  const problem = parse(text);
  const code: ErrorCode = Object.hasOwn(errorCodes, problem.code ?? '')
    ? (problem.code as ErrorCode)
    : 'ERR_PADO_INTERNAL';
  return new PadoError(code, problem.detail ?? problem.title ?? `the agent answered ${status}`, {
    details: { status },
  });
}

function parse(text: string): { code?: string; detail?: string; title?: string } {
  try {
    return JSON.parse(text) as { code?: string; detail?: string; title?: string };
  } catch {
    return {};
  }
}
