import { defaultGuards } from '../../experiment/schema/guards.ts';
import type { Harm, Hit } from '../guards.ts';
import type { Protected } from '../protected.ts';
import type { Instance } from './instances.ts';

/** Instances as the guards see them: by id, and of `all` those that carry the tag. */
export const harmOf = (
  action: string,
  taken: readonly Instance[],
  all: readonly Instance[],
  allow: string = defaultGuards.allow,
): Pick<Harm, 'action' | 'words' | 'taken' | 'allowed'> => ({
  action,
  words: {
    things: 'instances',
    mark: 'tag',
    give: (ids, mark) => `aws ec2 create-tags --resources ${ids.join(' ')} --tags Key=${mark},Value=true`,
  },
  taken: taken.map(({ id }) => id),
  allowed: [...all, ...taken].filter(({ tags }) => tags[allow] === 'true').map(({ id }) => id),
});

/** Which of the instances somebody is on; `nodes` holds the cluster's names by the instances' ids. */
export const hitOf = (who: Protected, taken: readonly Instance[], nodes: ReadonlyMap<string, string>): Hit => {
  if ('unknown' in who) return who;
  return { on: taken.find((one) => one.id === who.instance || who.nodes.some((node) => isNode(one, node, nodes)))?.id };
};

/** By the cluster's own word; without one, an EKS node is called by its DNS name. */
const isNode = ({ id, privateDnsName }: Instance, node: string, nodes: ReadonlyMap<string, string>): boolean =>
  nodes.get(id) === node || privateDnsName === node || node.startsWith(`${id}.`);
