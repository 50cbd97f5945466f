import { environment } from '@pado/fault';

export interface Config {
  readonly agentUrl: URL;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly podUid: string | undefined;
  /** Name of a response header that tells the fault; undefined: none. */
  readonly faultHeader: string | undefined;
  readonly debug: boolean;
}

const nameLabel = 'app.kubernetes.io/name';

/** What the environment says; undefined without a usable agent address, and then the injector stays inert. */
export function readConfig(env: NodeJS.ProcessEnv): Config | undefined {
  const address = env[environment.agentUrl];
  if (!address || !URL.canParse(address)) return undefined;
  const agentUrl = new URL(address);
  if (!/^https?:$/.test(agentUrl.protocol)) return undefined;
  const labels: Record<string, string> = {};
  for (const pair of (env[environment.labels] ?? '').split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) labels[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
  }
  const name = env[environment.name];
  if (name) labels[nameLabel] = name;
  return {
    agentUrl,
    tokenFile: env[environment.tokenFile],
    caFile: env[environment.caFile],
    labels,
    podUid: env[environment.podUid] || undefined,
    faultHeader: env[environment.faultHeader] || undefined,
    debug: Boolean(env.PADO_DEBUG),
  };
}
