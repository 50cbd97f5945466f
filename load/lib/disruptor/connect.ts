import { PadoError } from '../../../agent/fault/src/errors.ts';
import { fileFrom } from '../file.ts';
import { kubernetesPlace } from './kubernetes.ts';
import { localPlace } from './local.ts';
import type { Place } from './place.ts';
import type { AgentFile } from './wire.ts';

interface Found {
  readonly text?: string;
  readonly path: string;
  readonly error?: string;
}

/** k6 opens files while it reads a script, and never later: what may be needed is read now, and judged when it is. */
function read(path: string | undefined): Found | undefined {
  if (path === undefined) return undefined;
  try {
    return { path, text: open(path).trim() };
  } catch (error) {
    return { path, error: (error as Error).message };
  }
}

const env = __ENV;
const kubernetesToken = read(fileFrom(env.KUBERNETES_TOKEN_FILE));
const agentFile = env.PADO_AGENT_URL
  ? undefined
  : [fileFrom('.pado/agent.json'), import.meta.resolve('../../../.pado/agent.json')]
      .map(read)
      .find((found) => found?.text !== undefined);
const agent = agentFile?.text === undefined ? undefined : parse(agentFile.path, agentFile.text);
const agentToken = read(fileFrom(env.PADO_AGENT_TOKEN_FILE) ?? agent?.tokenFile);

/** Where faults go: to the cluster when KUBERNETES_API is set, else to the agent of this machine. */
export function connect(namespace: string): Place {
  if (env.KUBERNETES_API) {
    const url = env.KUBERNETES_API.replace(/\/+$/, '');
    const token = env.KUBERNETES_TOKEN || (kubernetesToken && textOf(kubernetesToken, 'KUBERNETES_TOKEN_FILE'));
    return kubernetesPlace({ url, name: `the API server at ${url}`, token }, namespace);
  }
  const url = env.PADO_AGENT_URL || agent?.url;
  if (url === undefined)
    throw unreachable(
      'there is no agent: start one with `pado agent` or `pado up` in the folder that k6 is run in, or set PADO_AGENT_URL (with PADO_AGENT_TOKEN or PADO_AGENT_TOKEN_FILE), or KUBERNETES_API for the pods of a cluster',
    );
  const token = env.PADO_AGENT_TOKEN || (agentToken && textOf(agentToken, 'PADO_AGENT_TOKEN_FILE'));
  if (!token) throw unreachable(`the agent at ${url} wants a token: set PADO_AGENT_TOKEN or PADO_AGENT_TOKEN_FILE`);
  return localPlace({ url: url.replace(/\/+$/, ''), token });
}

const unreachable = (message: string): PadoError => new PadoError('ERR_PADO_AGENT_UNREACHABLE', message);

function textOf({ text, path, error }: Found, name: string): string {
  if (text) return text;
  throw unreachable(`${name} is ${path}, which ${error === undefined ? 'is empty' : `cannot be read: ${error}`}`);
}

function parse(path: string, text: string): AgentFile {
  try {
    const { url, tokenFile } = JSON.parse(text) as Partial<AgentFile>;
    if (typeof url === 'string' && typeof tokenFile === 'string') return { url, tokenFile };
  } catch {
    // Said below.
  }
  throw unreachable(`${path} is not what \`pado agent\` writes: start the agent again`);
}
