import type { Invocation, Option } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import type { KubeClient } from './client.ts';

/** Options of the commands that work on a cluster as well. */
export const clusterOptions = {
  kubernetes: { type: 'boolean', description: 'on Kubernetes, with your kubeconfig or from inside a pod' },
  context: { type: 'string', value: 'NAME', description: 'a context of the kubeconfig', default: 'the current one' },
  namespace: { type: 'string', value: 'NAME', description: 'where faults and targets are', default: "the context's" },
} as const satisfies Record<string, Option>;

/** Any k6 from 1.0 up compiles the scripts itself. */
export const k6Image = 'docker.io/grafana/k6:1.1.0';

export const agentNamespaceOption = {
  'agent-namespace': { type: 'string', value: 'NAME', description: 'where the agent is', default: 'pado' },
} as const satisfies Record<string, Option>;

/** The namespace of the agent. */
export const agentNamespace = ({ values }: Invocation): string => values.string('agent-namespace') ?? 'pado';

/** Names of options that mean nothing without --kubernetes. */
const needsCluster = ['context', 'namespace', 'agent-namespace', 'k6-image'] as const;

/** Whether the command works on a cluster. @throws PadoError ERR_PADO_USAGE for an option that would have no effect */
export function onKubernetes({ values }: Pick<Invocation, 'values'>): boolean {
  if (values.boolean('kubernetes')) return true;
  const idle = needsCluster.find((name) => values.string(name) !== undefined);
  if (idle !== undefined) throw usage(`--${idle} needs --kubernetes`);
  return false;
}

/** The cluster of a command line. The library is loaded here and nowhere else: it costs 100 MiB. */
export async function cluster({ values, settings }: Invocation): Promise<KubeClient> {
  const { connect } = await import('./connect.ts');
  return connect({
    environment: settings.environment,
    context: values.string('context'),
    namespace: values.string('namespace'),
  });
}
