import { durationMs } from '@pado/fault';
import type { KubernetesAction } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { type List, type Pod, selectorText } from '../../kubernetes/objects.ts';
import { evict } from './evict.ts';
import { type Node, nodePath, podsOn } from './node.ts';
import { guardNodes } from './node-guards.ts';
import { select } from './select.ts';
import type { Surroundings } from './surroundings.ts';

type NodeAction = Extract<
  KubernetesAction,
  { readonly action: 'cordon' | 'uncordon' | 'drain' | 'delete-node' | 'taint' }
>;

/** Does something to nodes, by name or by labels; the output names them. Before what moves pods, the guards are asked. */
export async function actOnNodes(
  client: KubeClient,
  action: NodeAction,
  around: Surroundings,
  signal: AbortSignal,
): Promise<object> {
  const nodes = await wanted(client, action, signal);
  const names = nodes.map(({ metadata }) => metadata.name);
  const harm = movesPods(action) ? { blastRadius: await guardNodes(client, { action, nodes, around, signal }) } : {};
  const patch = (name: string, body: object) => client.request('PATCH', nodePath(name), { body, signal });
  const cordon = (unschedulable: boolean) => Promise.all(names.map((name) => patch(name, { spec: { unschedulable } })));
  switch (action.action) {
    case 'cordon':
      await cordon(true);
      return { nodes: names };
    case 'uncordon':
      await cordon(false);
      // Of what the guards count an uncordon mends a drain alone.
      for (const name of names) if (around.held.get(name) === 'drain') around.held.delete(name);
      return { nodes: names };
    case 'delete-node':
      await Promise.all(names.map((name) => client.request('DELETE', nodePath(name), { signal })));
      return { nodes: names, ...harm };
    case 'taint': {
      const { key, value = '', effect } = action;
      await Promise.all(
        nodes.map(({ metadata: { name, resourceVersion }, spec: { taints = [] } = {} }) => {
          const others = taints.filter((taint) => taint.key !== key || taint.effect !== effect);
          return patch(name, { metadata: { resourceVersion }, spec: { taints: [...others, { key, value, effect }] } });
        }),
      );
      return { nodes: names, ...harm };
    }
    case 'drain': {
      await cordon(true);
      const pods = (await Promise.all(names.map((name) => evictable(client, name, signal)))).flat();
      await evict(client, pods, { deadlineMs: durationMs(action.deadline ?? '60s'), signal });
      return { nodes: names, ...harm, evicted: pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`) };
    }
  }
}

/** A cordon keeps pods away and ends none, and a softer taint does no more. */
const movesPods = (
  action: NodeAction,
): action is Extract<NodeAction, { readonly action: 'drain' | 'delete-node' | 'taint' }> =>
  action.action === 'drain' ||
  action.action === 'delete-node' ||
  (action.action === 'taint' && action.effect === 'NoExecute');

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
async function evictable(client: KubeClient, node: string, signal: AbortSignal): Promise<readonly Pod[]> {
  return (await podsOn(client, node, signal)).filter(({ metadata, status }) => {
    const isMirror = metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
    const isOfDaemonSet = metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true;
    const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return !isMirror && !isOfDaemonSet && !isOver;
  });
}
