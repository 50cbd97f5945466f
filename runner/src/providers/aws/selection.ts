import { PadoError } from '@pado/fault';
import { defaultGuards, type Guards } from '../../experiment/schema/guards.ts';
import type { InstanceSelector } from '../../experiment/schema/providers/aws.ts';
import { requireGuards, share } from '../guards.ts';
import { type Selection, select } from '../kubernetes/select.ts';
import { ofPrometheus, ofRunner } from '../protected.ts';
import type { Aws } from './client.ts';
import { nodesByInstance } from './cluster.ts';
import { harmOf, hitOf } from './guards.ts';
import { describe, type Instance, isThere, matching, selectorWords, tag } from './instances.ts';
import type { Surroundings } from './surroundings.ts';

export interface HarmingAction extends Selection {
  readonly action: string;
  readonly by: InstanceSelector;
  readonly guards?: Guards;
}

const isUp = ({ state }: Instance): boolean => state === 'running' || state === 'pending';

/**
 * Takes some of the instances that fit and are up, tells the blast radius, and asks the guards; nothing is changed.
 * @throws PadoError ERR_PADO_NO_TARGET, or ERR_PADO_REFUSED by a guard
 */
export async function chooseInstances(
  aws: Aws,
  action: HarmingAction,
  { cluster, whereabouts, note, held }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const allow = action.guards?.allow ?? defaultGuards.allow;
  const nodes = cluster === undefined ? new Map<string, string>() : await nodesByInstance(cluster, signal);
  const [fit, carrying, runner, prometheus] = await Promise.all([
    matching(aws, action.by, { cluster, signal }),
    describe(aws, [tag(allow, 'true')], signal),
    ofRunner(whereabouts, cluster, signal),
    ofPrometheus(cluster, signal),
  ]);
  const allowed = carrying.filter(isThere);
  const up = fit.filter(isUp);
  const words = selectorWords(action.by);
  const taken = select(
    up,
    ({ id }) => id,
    action,
    `instance in ${aws.region} is running and fits ${words}${ofNone(fit)}`,
  );
  const shares = [
    `${taken.length} of ${up.length} that fit ${words}`,
    `${share(taken.length, allowed.length)} that carry ${allow}=true`,
    ...(cluster === undefined ? [] : [`${share(taken.filter(({ id }) => nodes.has(id)).length, nodes.size)} nodes`]),
  ];
  const named = taken.map(
    (one) => `${one.id} (zone ${one.zone}, node ${nodes.get(one.id) ?? (one.privateDnsName || 'unknown')})`,
  );
  note('info', `blast radius of ${action.action} in ${aws.region}: ${named.join(', ')}: ${shares.join(', ')}`);
  const who = { runner: hitOf(runner, taken, nodes), prometheus: hitOf(prometheus, taken, nodes) };
  requireGuards({ ...harmOf(action.action, taken, allowed, allow), ...who, held }, action.guards);
  return taken;
}

const ofNone = (fit: readonly Instance[]): string =>
  fit.length === 0 ? '' : `; there are ${fit.map(({ id, state }) => `${id} (${state})`).join(', ')}`;

/** Those that fit, whatever their state; none at all is a mistake. */
export async function allThatFit(
  aws: Aws,
  by: InstanceSelector,
  { cluster }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const fit = await matching(aws, by, { cluster, signal });
  if (fit.length > 0) return fit;
  throw new PadoError('ERR_PADO_NO_TARGET', `no instance in ${aws.region} fits ${selectorWords(by)}`);
}
