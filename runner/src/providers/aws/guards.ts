import { PadoError } from '@pado/fault';
import { defaultGuards, type Guards } from '../../experiment/schema/providers/aws.ts';
import type { Instance } from './instances.ts';
import type { Protected } from './protected.ts';

export interface Guarded {
  /** stop-instances and the like, for messages. */
  readonly action: string;
  readonly taken: readonly Instance[];
  /** All that carry the tag, in whatever state. */
  readonly allowed: readonly Instance[];
  /** Those that this run has harmed already and not given back, by id. */
  readonly held: ReadonlySet<string>;
  readonly nodes: ReadonlyMap<string, string>;
  readonly runner: Protected;
  readonly prometheus: Protected;
}

const refused = (message: string, details: object): PadoError =>
  new PadoError('ERR_PADO_REFUSED', message, { details: { ...details } });

const list = (instances: readonly Instance[]): string => instances.map(({ id }) => id).join(', ');

/** Instances must say themselves that they may be harmed. @throws PadoError ERR_PADO_REFUSED naming those that do not */
export function requireTag(taken: readonly Instance[], action: string, allow: string = defaultGuards.allow): void {
  const bare = taken.filter(({ tags }) => tags[allow] !== 'true');
  if (bare.length === 0) return;
  const message = `${action} is refused: ${list(bare)} carry no tag ${allow}=true. Give it to what may be harmed: aws ec2 create-tags --resources ${bare.map(({ id }) => id).join(' ')} --tags Key=${allow},Value=true`;
  throw refused(message, { guard: 'allow', instances: bare.map(({ id }) => id) });
}

/** Nothing was done yet when one of the guards refuses. @throws PadoError ERR_PADO_REFUSED, with what would be right */
export function requireGuards(guarded: Guarded, guards: Guards = {}): void {
  const { action, taken, allowed, held, nodes } = guarded;
  const { allow, maxCount = defaultGuards.maxCount, maxPercent = defaultGuards.maxPercent, unchecked = [] } = guards;
  requireTag(taken, action, allow);
  const harmed = new Set([...held, ...taken.map(({ id }) => id)]);
  const before = held.size === 0 ? '' : `, ${held.size} of them by earlier actions of this run`;
  if (harmed.size > maxCount) {
    const message = `${action} is refused: it would be ${harmed.size} instances${before}, and guards.maxCount is ${maxCount}. Take fewer, or raise it to ${harmed.size}`;
    throw refused(message, { guard: 'maxCount', count: harmed.size, limit: maxCount });
  }
  // Those that are ended count no more in AWS; the run has harmed them all the same.
  const total = new Set([...allowed.map(({ id }) => id), ...held]).size;
  const percent = (100 * harmed.size) / total;
  if (percent > maxPercent) {
    const message = `${action} is refused: it would be ${harmed.size} of the ${total} instances that carry the tag (${rounded(percent)}%)${before}, and guards.maxPercent is ${maxPercent}. Take fewer, or raise it to ${Math.ceil(percent)}`;
    throw refused(message, { guard: 'maxPercent', percent, limit: maxPercent });
  }
  for (const guard of ['runner', 'prometheus'] as const) {
    const found = guarded[guard];
    const who = guard === 'runner' ? 'this run itself' : 'Prometheus';
    if ('unknown' in found) {
      if (unchecked.includes(guard)) continue;
      const message = `${action} is refused, for nobody can say that it would not hit ${who}: ${found.unknown}. If you know better, say so: guards: {unchecked: [${guard}]}`;
      throw refused(message, { guard, unknown: true });
    }
    const hit = taken.find((one) => one.id === found.instance || found.nodes.some((node) => isNode(one, node, nodes)));
    if (hit === undefined) continue;
    const message = `${action} is refused: ${who} is on ${hit.id}. Choose another instance, or keep what observes on nodes that do not carry the tag`;
    throw refused(message, { guard, instances: [hit.id] });
  }
}

/** By the cluster's own word; without one, an EKS node is called by its DNS name. */
const isNode = ({ id, privateDnsName }: Instance, node: string, nodes: ReadonlyMap<string, string>): boolean =>
  nodes.get(id) === node || privateDnsName === node || node.startsWith(`${id}.`);

export const rounded = (percent: number): number => Number(percent.toFixed(1));
