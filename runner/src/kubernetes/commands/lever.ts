import { setTimeout as sleep } from 'node:timers/promises';
import { PadoError } from '@pado/fault';
import type { Invocation, Outcome } from '../../cli/command.ts';
import type { KubeClient } from '../client.ts';
import { type Lever, leverOf, readLimits, setLever } from '../limits.ts';
import { type ListedFault, listAllFaults } from '../list.ts';
import { agentNamespace, cluster } from '../options.ts';

const revertedWithinMs = 10_000;
const lookEveryMs = 250;

const shown = ({ namespace, status }: Pick<ListedFault, 'namespace' | 'status'>): string =>
  `${namespace}/${status.name}`;

/** What is not over yet, in the sense that something is, or may still be, in force. */
const isActive = ({ status }: ListedFault): boolean => status.phase !== 'Ended' || !status.conditions.AllRecovered;

export async function readLever(invocation: Invocation): Promise<Outcome> {
  const client = await cluster(invocation);
  try {
    const lever = leverOf(await readLimits(client, agentNamespace(invocation)));
    return { json: { lever }, text: `the safety lever is ${lever}` };
  } finally {
    client.close();
  }
}

/** Engages or disengages the lever; engaging waits until whatever was in force has reverted. */
export async function turnLever(invocation: Invocation, to: Lever): Promise<Outcome> {
  const { progress, signal } = invocation;
  const client = await cluster(invocation);
  try {
    // Before anything is asked: a lever that waits for a list is none.
    await setLever(client, agentNamespace(invocation), to);
    if (to === 'disengaged')
      return {
        json: { lever: to },
        text: 'the safety lever is disengaged: new faults may begin; those that it ended stay ended',
      };
    progress('the safety lever is engaged: every fault ends, and no new one begins');
    const stopped = await untilNoneActs(client, signal);
    const list = stopped.length === 0 ? 'no fault was in force' : `stopped ${stopped.join(', ')}`;
    return { json: { lever: to, stopped }, text: `the safety lever is engaged; ${list}` };
  } finally {
    client.close();
  }
}

/** The faults that were seen to be active, once none of them is. */
async function untilNoneActs(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  const deadline = performance.now() + revertedWithinMs;
  const seen = new Set<string>();
  for (;;) {
    const all = await listAllFaults(client, signal);
    for (const one of all) if (one.status.endReason === 'stopped' && byLever(one)) seen.add(shown(one));
    const active = all.filter((one) => isActive(one) && one.status.targets.length > 0);
    for (const one of active) seen.add(shown(one));
    if (active.length === 0) return [...seen];
    if (performance.now() > deadline) {
      const list = active.map(shown).join(', ');
      throw new PadoError(
        'ERR_PADO_PROVIDER',
        `the safety lever is engaged, but these have not been seen to revert: ${list}`,
      );
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}

/** Ended by the lever, not stopped by its owner. */
const byLever = ({ fault }: ListedFault): boolean => fault.spec.stopped !== true;
