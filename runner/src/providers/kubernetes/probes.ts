import { isPadoError, PadoError } from '@pado/fault';
import type { KubernetesProbe } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { isReady, type List, type Pod, selectorText } from '../../kubernetes/objects.ts';
import { paths } from '../../kubernetes/paths.ts';
import type { Deployment } from './deployments.ts';
import { type Conditioned, conditionOf, type Node, nodePath } from './node.ts';

interface EndpointSlice {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

/** What a probe gives: a number, or the status of a condition. What is not there has no value. */
export async function askCluster(
  client: KubeClient,
  probe: KubernetesProbe,
  signal: AbortSignal,
): Promise<number | string | null> {
  const { namespace = client.namespace } = probe;
  const get = <T>(path: string, query = {}) => client.request<T>('GET', path, { query, signal });
  const pods = (labels: Readonly<Record<string, string>>) =>
    get<List<Pod>>(paths.pods(namespace), { labelSelector: selectorText(labels) });
  switch (probe.probe) {
    case 'pods-ready':
      return (await pods(probe.labels)).items.filter(isReady).length;
    case 'pods-restarted':
      return (await pods(probe.labels)).items.reduce((sum, pod) => sum + restartsOf(pod), 0);
    case 'deployment-available':
      return (await get<Deployment>(paths.deployments(namespace, probe.deployment))).status?.availableReplicas ?? 0;
    case 'deployment-missing':
      return missingOf(await get<Deployment>(paths.deployments(namespace, probe.deployment)));
    case 'replicas-missing': {
      const query = { labelSelector: selectorText(probe.labels) };
      const { items } = await get<List<Deployment>>(paths.deployments(namespace), query);
      // None at all is no proof that none is missing.
      return items.length === 0 ? null : items.reduce((sum, one) => sum + missingOf(one), 0);
    }
    case 'endpoints': {
      const labelSelector = `kubernetes.io/service-name=${probe.service}`;
      const { items } = await get<List<EndpointSlice>>(paths.endpointSlices(namespace), { labelSelector });
      // An endpoint that does not say is to be taken as ready.
      return items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
        .length;
    }
    case 'nodes-ready': {
      const query = probe.labels === undefined ? {} : { labelSelector: selectorText(probe.labels) };
      return (await get<List<Node>>(nodePath(), query)).items.filter((node) => conditionOf(node, 'Ready') === 'True')
        .length;
    }
    case 'condition':
      return conditionOf(await find(get, namespace, probe), probe.condition) ?? null;
  }
}

const missingOf = ({ spec, status }: Deployment): number =>
  Math.max(0, (spec.replicas ?? 1) - (status?.availableReplicas ?? 0));

const restartsOf = ({ status }: Pod): number =>
  (status?.containerStatuses ?? []).reduce(
    (sum, one) => sum + ((one as { restartCount?: number }).restartCount ?? 0),
    0,
  );

type ConditionProbe = Extract<KubernetesProbe, { readonly probe: 'condition' }>;

/** Kinds that need no API version. */
const wellKnown: Readonly<Record<string, string>> = {
  ...{ Pod: 'v1', Node: 'v1', Namespace: 'v1', PersistentVolumeClaim: 'v1' },
  ...{ Deployment: 'apps/v1', StatefulSet: 'apps/v1', ReplicaSet: 'apps/v1', DaemonSet: 'apps/v1' },
  ...{ Job: 'batch/v1', HorizontalPodAutoscaler: 'autoscaling/v2', PodDisruptionBudget: 'policy/v1' },
  Fault: 'pado.dev/v1alpha1',
};

/** The object of any kind: the API server itself knows under which plural it is served, and whether in a namespace. */
async function find(
  get: <T>(path: string, query?: object) => Promise<T>,
  namespace: string,
  { kind, name, apiVersion = wellKnown[kind] }: ConditionProbe,
): Promise<Conditioned> {
  if (apiVersion === undefined) {
    const known = Object.keys(wellKnown).join(', ');
    throw new PadoError('ERR_PADO_INVALID', `the kind ${kind} needs its \`apiVersion\`; without one go: ${known}`);
  }
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await get<{
    readonly resources: readonly { kind: string; name: string; namespaced: boolean }[];
  }>(base).catch((error) => {
    if (isPadoError(error) && error.code === 'ERR_PADO_NOT_FOUND') return { resources: [] };
    throw error;
  });
  const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
  if (resource === undefined) {
    throw new PadoError('ERR_PADO_INVALID', `this cluster does not know the kind ${kind} of ${apiVersion}`);
  }
  const place = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return get<Conditioned>(`${base}${place}/${resource.name}/${encodeURIComponent(name)}`);
}
