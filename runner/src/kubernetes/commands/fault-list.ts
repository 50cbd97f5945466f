import type { Invocation, Outcome } from '../../cli/command.ts';
import { faultTable } from '../../commands/fault-table.ts';
import { listFaults } from '../list.ts';
import { cluster } from '../options.ts';

export async function listOnKubernetes(invocation: Invocation): Promise<Outcome> {
  const client = await cluster(invocation);
  try {
    const items = (await listFaults(client, invocation.signal)).map(({ status }) => status);
    return { json: { namespace: client.namespace, items }, text: faultTable(items) };
  } finally {
    client.close();
  }
}
