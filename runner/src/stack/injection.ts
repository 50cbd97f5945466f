import { type AgentFile, environment as variables } from '@pado/fault';

export interface Injection {
  /** Path of the injector's bundle. */
  readonly bundle: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Without an agent the injector stays inert. */
  readonly agent?: Pick<AgentFile, 'url' | 'tokenFile'>;
}

/** Environment that makes a Node.js program load the injector; what NODE_OPTIONS held before stays. */
export function injected(base: NodeJS.ProcessEnv, { bundle, name, labels = {}, agent }: Injection): NodeJS.ProcessEnv {
  const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return {
    ...base,
    NODE_OPTIONS: [base.NODE_OPTIONS, `--require=${quoted(bundle)}`].filter(Boolean).join(' '),
    [variables.name]: name,
    ...(list.length === 0 ? {} : { [variables.labels]: list.join(',') }),
    ...(agent === undefined ? {} : { [variables.agentUrl]: agent.url, [variables.tokenFile]: agent.tokenFile }),
  };
}

/** NODE_OPTIONS is split at spaces, save in double quotes, where a backslash escapes. */
const quoted = (path: string): string => (/[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path);
