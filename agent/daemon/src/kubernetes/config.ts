import { PadoError } from '@pado/fault';

export interface KubernetesConfig {
  /** This node; undefined where agents are a Deployment and any of them serves any pod. */
  readonly node: string | undefined;
  /** The agent's own pod and namespace. */
  readonly pod: string;
  readonly namespace: string;
  /** The Service that injectors connect to; the certificate is for its names. */
  readonly service: string;
  readonly clusterDomain: string;
  /** TLS, for injectors. */
  readonly port: number;
  /** Plain HTTP, for probes and metrics. */
  readonly probePort: number;
  /** The API server, as Kubernetes tells every container. */
  readonly server: URL;
}

const name = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What the chart's environment says. @throws PadoError ERR_PADO_USAGE that lists every wrong variable */
export function readConfig(env: NodeJS.ProcessEnv): KubernetesConfig {
  const problems: string[] = [];
  const text = (variable: string, fallback?: string): string => {
    const value = env[variable] || fallback || '';
    if (!name.test(value)) problems.push(`${variable}: "${value}" is not a name such as pado-agent`);
    return value;
  };
  const port = (variable: string, fallback: number): number => {
    const value = Number(env[variable] || fallback);
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      problems.push(`${variable}: "${env[variable]}" is not a port from 1 to 65535`);
    return value;
  };
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT || 443}`;
  if (host === '' || !URL.canParse(url))
    problems.push('KUBERNETES_SERVICE_HOST: missing; the agent of a node runs in a pod');
  const config = {
    node: env.PADO_NODE_NAME ? text('PADO_NODE_NAME') : undefined,
    pod: text('PADO_POD_NAME'),
    namespace: text('PADO_NAMESPACE'),
    service: text('PADO_SERVICE', 'pado-agent'),
    clusterDomain: text('PADO_CLUSTER_DOMAIN', 'cluster.local'),
    port: port('PADO_PORT', 4_600),
    probePort: port('PADO_PROBE_PORT', 4_601),
  };
  if (problems.length > 0) throw new PadoError('ERR_PADO_USAGE', `wrong environment:\n  ${problems.join('\n  ')}`);
  return { ...config, server: new URL(url) };
}
