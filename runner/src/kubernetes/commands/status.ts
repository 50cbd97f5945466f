import { isPadoError, keys, nameLabel } from '@pado/fault';
import type { Invocation, Outcome } from '../../cli/command.ts';
import { columns } from '../../cli/text.ts';
import { faultTable } from '../../commands/fault-table.ts';
import type { KubeClient } from '../client.ts';
import { injectedPods } from '../faults.ts';
import { leverOf, readLimits } from '../limits.ts';
import { listFaults } from '../list.ts';
import { isReady, type List, type Pod, selectorText } from '../objects.ts';
import { agentNamespace, cluster } from '../options.ts';
import { paths } from '../paths.ts';
import { policiesName } from '../policies.ts';

/** Agents by node, pods that faults can reach, faults, policies and the lever. */
export async function statusOnKubernetes(invocation: Invocation): Promise<Outcome> {
  const client = await cluster(invocation);
  const where = agentNamespace(invocation);
  try {
    const [agents, limits, targets, faults, policies] = await Promise.all([
      attempt(agentRows(client, where)),
      attempt(readLimits(client, where)),
      injectedPods(client),
      attempt(listFaults(client, invocation.signal)),
      policiesName(client),
    ]);
    const pods = targets.map((pod) => ({
      name: pod.metadata.labels?.[nameLabel] ?? '',
      pod: pod.metadata.name,
      node: pod.spec.nodeName ?? '',
      ready: isReady(pod),
    }));
    const lever = typeof limits === 'string' ? undefined : leverOf(limits);
    const items = typeof faults === 'string' ? undefined : faults.map(({ status }) => status);
    const text = [
      `cluster: ${client.server}, namespace ${client.namespace}`,
      typeof agents === 'string' ? `agents: ${agents}` : agentTable(agents, where),
      lever === undefined ? `safety lever: ${limits}` : `safety lever: ${lever}${capsOf(limits)}`,
      `policies: ${policies}`,
      pods.length === 0 ? `targets: no pod here has the label ${keys.inject}=enabled` : targetTable(pods),
      items === undefined ? `faults: ${faults}` : faultTable(items),
    ];
    const json = {
      server: client.server,
      namespace: client.namespace,
      agents: typeof agents === 'string' ? null : agents,
      lever: lever ?? null,
      limits: typeof limits === 'string' ? null : (limits.data ?? {}),
      policies,
      targets: pods,
      faults: items ?? null,
    };
    return { json, text: text.join('\n\n') };
  } finally {
    client.close();
  }
}

/** What may not be read, or is not there, is told in its place: the rest is still worth knowing. */
const attempt = <T>(work: Promise<T>): Promise<T | string> =>
  work.catch((error) => {
    if (isPadoError(error) && error.details.passing !== true) return error.message;
    throw error;
  });

interface AgentRow {
  readonly node: string;
  readonly pod: string;
  readonly ready: boolean;
}

async function agentRows(client: KubeClient, namespace: string): Promise<readonly AgentRow[]> {
  const query = { labelSelector: selectorText({ [nameLabel]: 'pado-agent' }) };
  const { items } = await client.request<List<Pod>>('GET', paths.pods(namespace), { query });
  return items.map((pod) => ({ node: pod.spec.nodeName ?? '', pod: pod.metadata.name, ready: isReady(pod) }));
}

function agentTable(rows: readonly AgentRow[], namespace: string): string {
  if (rows.length === 0)
    return `agents: none in the namespace ${namespace} ("helm install pado charts/agent -n ${namespace} --create-namespace")`;
  return columns([
    ['AGENT', 'NODE', 'READY'],
    ...rows.map(({ node, pod, ready }) => [pod, node, ready ? 'yes' : 'no']),
  ]);
}

const targetTable = (rows: readonly { name: string; pod: string; node: string; ready: boolean }[]): string =>
  columns([
    ['TARGET', 'POD', 'NODE', 'READY'],
    ...rows.map(({ name, pod, node, ready }) => [name, pod, node, ready ? 'yes' : 'no']),
  ]);

const capsOf = (limits: string | { readonly data?: Readonly<Record<string, string>> }): string =>
  Object.entries(typeof limits === 'string' ? {} : (limits.data ?? {}))
    .filter(([key]) => key !== 'safetyLever')
    .map(([key, value]) => `, ${key} ${value}`)
    .join('');
