import { durationMs } from '@pado/fault';
import type { KubernetesAction } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { type List, type Pod, selectorText } from '../../kubernetes/objects.ts';
import { evict } from './evict.ts';
import { type Node, nodePath } from './node.ts';
import { select } from './select.ts';

type NodeAction = Extract<
  KubernetesAction,
  { readonly action: 'cordon' | 'uncordon' | 'drain' | 'delete-node' | 'taint' }
>;

/** Does something to nodes, by name or by labels; the output names them. */
export async function actOnNodes(client: KubeClient, action: NodeAction, signal: AbortSignal): Promise<object> {
  const nodes = await wanted(client, action, signal);
  const names = nodes.map(({ metadata }) => metadata.name);
  const patch = (name: string, body: object) => client.request('PATCH', nodePath(name), { body, signal });
  const cordon = (unschedulable: boolean) => Promise.all(names.map((name) => patch(name, { spec: { unschedulable } })));
  switch (action.action) {
    case 'cordon':
      await cordon(true);
      return { nodes: names };
    case 'uncordon':
      await cordon(false);
      return { nodes: names };
    case 'delete-node':
      await Promise.all(names.map((name) => client.request('DELETE', nodePath(name), { signal })));
      return { nodes: names };
    case 'taint': {
      const { key, value = '', effect } = action;
      await Promise.all(
        nodes.map(({ metadata: { name, resourceVersion }, spec: { taints = [] } = {} }) => {
          const others = taints.filter((taint) => taint.key !== key || taint.effect !== effect);
          return patch(name, { metadata: { resourceVersion }, spec: { taints: [...others, { key, value, effect }] } });
        }),
      );
      return { nodes: names };
    }
    case 'drain': {
      await cordon(true);
      const pods = (await Promise.all(names.map((name) => podsOf(client, name, signal)))).flat();
      await evict(client, pods, { deadlineMs: durationMs(action.deadline ?? '60s'), signal });
      return { nodes: names, evicted: pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`) };
    }
  }
}

async function wanted(client: KubeClient, action: NodeAction, signal: AbortSignal): Promise<readonly Node[]> {
  const { node, labels } = action;
  if (node !== undefined) return [await client.request<Node>('GET', nodePath(node), { signal })];
  const query = { labelSelector: selectorText(labels ?? {}) };
  const { items } = await client.request<List<Node>>('GET', nodePath(), { query, signal });
  const selection = action.action === 'uncordon' ? ({ mode: 'all' } as const) : action;
  // A taint's own value is not a count.
  const { value, ...rest } = selection as { readonly value?: unknown };
  const counted = typeof value === 'number' ? { ...rest, value } : rest;
  return select(items, ({ metadata }) => metadata.name, counted, `node has the labels ${JSON.stringify(labels ?? {})}`);
}

/** What a drain evicts: not what a DaemonSet would put back at once, nor what the kubelet runs by itself. */
async function podsOf(client: KubeClient, node: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const query = { fieldSelector: `spec.nodeName=${node}` };
  const { items } = await client.request<List<Pod>>('GET', '/api/v1/pods', { query, signal });
  return items.filter(({ metadata, status }) => {
    const isMirror = metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
    const isOfDaemonSet = metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true;
    const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return !isMirror && !isOfDaemonSet && !isOver;
  });
}
