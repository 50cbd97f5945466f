import { randomBytes } from 'node:crypto';
import { keys, nameLabel, names, tokenAudience } from '@pado/fault';
import type { HttpKubeApi } from '../../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { isStatus, type RequestOptions } from '../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { agentRights } from './rights.ts';
import { together } from './together.ts';

/** Label of all that a run makes; its value tells runs apart. */
export const scaleLabel = 'pado.dev/scale';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const nodeLeases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const atOnce = 16;

/** What pods are called, and have as their label. */
export const targetName = 'target';

export interface Seat {
  readonly node: string;
  readonly pod: string;
  /** Of the pod, for the agent. */
  readonly token: string;
}

/** A namespace with an agent's account and limits, nodes without machines, and pods without processes; and its undoing. */
export class Place {
  readonly id = randomBytes(3).toString('hex');
  readonly namespace = `pado-scale-${this.id}`;
  readonly #api: HttpKubeApi;
  readonly #signal: AbortSignal;
  #undone: Promise<void> | undefined;

  /** Once the signal aborts nothing more is made. */
  constructor(api: HttpKubeApi, signal: AbortSignal) {
    this.#api = api;
    this.#signal = signal;
  }

  async build(): Promise<void> {
    const { namespace } = this;
    const labels = { [scaleLabel]: this.id };
    const { everywhere, own } = await agentRights();
    await this.#make('/api/v1/namespaces', { metadata: { name: namespace, labels } });
    for (const name of ['agent', targetName])
      await this.#make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
    await this.#make(`/api/v1/namespaces/${namespace}/configmaps`, {
      ...{ metadata: { name: names.limits }, data: { safetyLever: 'disengaged' } },
    });
    const subjects = [{ kind: 'ServiceAccount', name: 'agent', namespace }];
    const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: namespace });
    const metadata = { name: namespace, labels };
    await this.#make(`${rbac}/clusterroles`, { metadata, rules: everywhere });
    await this.#make(`${rbac}/clusterrolebindings`, { metadata, roleRef: roleRef('ClusterRole'), subjects });
    await this.#make(`${rbac}/namespaces/${namespace}/roles`, { metadata, rules: own });
    await this.#make(`${rbac}/namespaces/${namespace}/rolebindings`, { metadata, roleRef: roleRef('Role'), subjects });
  }

  /** A token of the agent's account, as a pod of the DaemonSet has it. */
  async agentToken(): Promise<string> {
    return this.#token('agent', { expirationSeconds: 7_200 });
  }

  /** Nodes that no kubelet cares for: the scheduler and DaemonSets of the cluster pass them by. */
  async nodes(count: number): Promise<string[]> {
    const all = Array.from({ length: count }, (_, at) => `scale-node-${this.id}-${at}`);
    await together(all, atOnce, async (name) => {
      const { metadata } = await this.#make<{ metadata: { uid: string } }>('/api/v1/nodes', {
        metadata: { name, labels: { [scaleLabel]: this.id, type: 'virtual-kubelet' } },
        spec: { unschedulable: true, taints: [{ key: scaleLabel, value: 'none', effect: 'NoSchedule' }] },
      });
      // As a kubelet's: agents learn from these how many nodes there are.
      await this.#make(nodeLeases, {
        metadata: {
          ...{ name, labels: { [scaleLabel]: this.id } },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: metadata.uid }],
        },
        spec: { holderIdentity: name, leaseDurationSeconds: 40 },
      });
    });
    return all;
  }

  /** One pod for each name of a node, running by its status alone, and the token that its kubelet would have fetched. */
  seats(nodes: readonly string[], from = 0): Promise<Seat[]> {
    const pods = `/api/v1/namespaces/${this.namespace}/pods`;
    return together(
      nodes.map((node, at) => ({ node, pod: `${targetName}-${from + at}` })),
      atOnce,
      async ({ node, pod }) => {
        const { metadata } = await this.#make<{ metadata: { uid: string } }>(pods, podOn(node, pod));
        await this.#ask('PATCH', `${pods}/${pod}/status`, {
          body: { status: { phase: 'Running' } },
          contentType: 'application/merge-patch+json',
        });
        const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: pod, uid: metadata.uid };
        const token = await this.#token(targetName, {
          audiences: [tokenAudience],
          expirationSeconds: 7_200,
          boundObjectRef,
        });
        return { node, pod, token };
      },
    );
  }

  /** Removes all of it; twice is once. */
  undo(): Promise<void> {
    this.#undone ??= removeRuns(this.#api, `${scaleLabel}=${this.id}`);
    return this.#undone;
  }

  async #token(account: string, spec: object): Promise<string> {
    const path = `/api/v1/namespaces/${this.namespace}/serviceaccounts/${account}/token`;
    const { status } = await this.#make<{ status: { token: string } }>(path, { spec });
    return status.token;
  }

  #make<T>(path: string, body: object): Promise<T> {
    return this.#ask('POST', path, { body });
  }

  #ask<T>(method: 'POST' | 'PATCH', path: string, options: RequestOptions): Promise<T> {
    return this.#api.request<T>(method, path, { timeoutMs: 30_000, signal: this.#signal, ...options });
  }
}

/** Removes what runs with this label have made: there is no kubelet that would end the pods. */
export async function removeRuns(api: HttpKubeApi, labelSelector: string = scaleLabel): Promise<void> {
  const query = { labelSelector };
  const timeoutMs = 120_000;
  const remove = (path: string, options: RequestOptions = {}) =>
    api.request('DELETE', path, { timeoutMs, ...options }).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error;
    });
  const { items } = await api.request<{ items: readonly { metadata: { name: string } }[] }>(
    'GET',
    '/api/v1/namespaces',
    {
      query,
    },
  );
  const now = { body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 } };
  for (const { metadata } of items) {
    await remove(`/api/v1/namespaces/${metadata.name}/pods`, now);
    await remove(`/api/v1/namespaces/${metadata.name}`);
  }
  for (const path of ['/api/v1/nodes', nodeLeases, `${rbac}/clusterrolebindings`, `${rbac}/clusterroles`])
    await remove(path, { query });
  const giveUpAt = performance.now() + timeoutMs;
  const left = () => api.request<{ items: readonly unknown[] }>('GET', '/api/v1/namespaces', { query });
  while ((await left()).items.length > 0 && performance.now() < giveUpAt)
    await new Promise((resolve) => setTimeout(resolve, 500));
}

const podOn = (nodeName: string, name: string): object => ({
  metadata: { name, labels: { [nameLabel]: targetName, [keys.inject]: 'enabled' } },
  spec: {
    ...{ nodeName, serviceAccountName: targetName, automountServiceAccountToken: false },
    tolerations: [{ operator: 'Exists' }],
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        ...{ name: 'app', image: 'none' },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});
