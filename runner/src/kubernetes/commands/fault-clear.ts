import { PadoError } from '@pado/fault';
import type { Invocation, Outcome } from '../../cli/command.ts';
import { kubeFaults } from '../faults.ts';
import { listFaults } from '../list.ts';
import { cluster } from '../options.ts';

/** Stops the faults of a namespace, waits until they are reverted everywhere, and deletes them. */
export async function clearOnKubernetes(invocation: Invocation): Promise<Outcome> {
  const { signal, progress } = invocation;
  const client = await cluster(invocation);
  try {
    const faults = kubeFaults(client, { note: progress });
    const found = await listFaults(client, signal);
    const names = found.map(({ status }) => status.name);
    const results = await Promise.all(
      found.map(async ({ status: { name, phase, conditions } }) => {
        if (phase === 'Ended' && conditions.AllRecovered) return true;
        await faults.stop(name);
        return faults.untilReverted(name);
      }),
    );
    // Deleting ends what is left as well.
    for (const name of names) await faults.remove(name);
    const left = names.filter((_, index) => !results[index]);
    if (left.length > 0)
      throw new PadoError(
        'ERR_PADO_PROVIDER',
        `deleted, but not seen to be reverted everywhere: ${left.join(', ')}; their ttl ends them where no agent does`,
        { details: { left } },
      );
    const text =
      names.length === 0 ? `there was no fault in the namespace ${client.namespace}` : `cleared ${names.join(', ')}`;
    return { json: { cleared: names }, text };
  } finally {
    client.close();
  }
}
