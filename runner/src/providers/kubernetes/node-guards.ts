import { nameLabel } from '@pado/fault';
import { defaultGuards, type Guards } from '../../experiment/schema/guards.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { List, Pod } from '../../kubernetes/objects.ts';
import { type Hit, requireGuards, share } from '../guards.ts';
import { ofPrometheus, ofRunner, type Protected } from '../protected.ts';
import { conditionOf, type Node, nodePath, podsOn } from './node.ts';
import type { Surroundings } from './surroundings.ts';

interface Harming {
  readonly action: { readonly action: string; readonly guards?: Guards };
  readonly nodes: readonly Node[];
  readonly around: Surroundings;
  readonly signal: AbortSignal;
}

const zoneLabel = 'topology.kubernetes.io/zone';

/**
 * Tells what loses its nodes, and asks the guards; nothing is changed, but that the nodes count as harmed from here on.
 * Resolves to what was told, for the journal.
 * @throws PadoError ERR_PADO_REFUSED by a guard
 */
export async function guardNodes(
  client: KubeClient,
  { action: { action, guards }, nodes, around, signal }: Harming,
): Promise<string> {
  const { note, whereabouts, held } = around;
  const allow = guards?.allow ?? defaultGuards.allow;
  const taken = nodes.map(({ metadata }) => metadata.name);
  const [all, pods, runner, prometheus] = await Promise.all([
    client.request<List<Node>>('GET', nodePath(), { signal }),
    Promise.all(taken.map((name) => podsOn(client, name, signal))),
    ofRunner(whereabouts, client, signal),
    ofPrometheus(client, signal),
  ]);
  const allowed = all.items.filter(({ metadata }) => metadata.labels?.[allow] === 'true');
  // What an earlier run, or an accident, has left: one more of them may be the last that works.
  const down = allowed.filter(isDown).map(({ metadata }) => metadata.name);
  const named = nodes.map(({ metadata: { name, labels } }, index) => {
    const here = pods[index] ?? [];
    const ofRun = here.filter(({ metadata }) => metadata.namespace === client.namespace).length;
    return `${name} (zone ${labels?.[zoneLabel] ?? 'unknown'}, ${here.length} pods, ${ofRun} of them in ${client.namespace})`;
  });
  const shares = `${share(taken.length, allowed.length)} that carry ${allow}=true, ${share(taken.length, all.items.length)} nodes`;
  const blastRadius = `${named.join(', ')}: ${shares}`;
  note(`blast radius of ${action}: ${blastRadius}`);
  requireGuards(
    {
      ...{ action, taken, held: new Set([...held.keys(), ...down]) },
      ...{ runner: hitOf(withLoad(runner, taken, pods), nodes), prometheus: hitOf(prometheus, nodes) },
      allowed: allowed.map(({ metadata }) => metadata.name),
      words: {
        things: 'nodes',
        mark: 'label',
        give: (names, mark) => `kubectl label nodes ${names.join(' ')} ${mark}=true`,
      },
    },
    guards,
  );
  for (const name of taken) held.set(name, action);
  return blastRadius;
}

/** A node that says nothing of itself yet is no loss. */
const isDown = (node: Node): boolean =>
  node.spec?.unschedulable === true || (conditionOf(node, 'Ready') ?? 'True') !== 'True';

/** The load of a run belongs to the run: on a node that goes, the users would go with the shop. */
function withLoad(runner: Protected, taken: readonly string[], pods: readonly (readonly Pod[])[]): Protected {
  if ('unknown' in runner) return runner;
  const isLoad = ({ metadata: { labels } }: Pod) =>
    labels?.[nameLabel] === 'load' && labels['app.kubernetes.io/managed-by'] === 'pado';
  return { ...runner, nodes: [...runner.nodes, ...taken.filter((_, index) => pods[index]?.some(isLoad))] };
}

/** By name; who knows its instance alone, by the provider's. */
const hitOf = (who: Protected, nodes: readonly Node[]): Hit => {
  if ('unknown' in who) return who;
  const isOn = ({ metadata: { name }, spec }: Node) =>
    who.nodes.includes(name) || (who.instance !== undefined && spec?.providerID?.endsWith(`/${who.instance}`) === true);
  return { on: nodes.find(isOn)?.metadata.name };
};
