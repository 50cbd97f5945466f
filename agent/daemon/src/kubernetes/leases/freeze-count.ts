import { keys, PadoError } from '@pado/fault';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import { annotations, type Lease, leasePath, leasesPath } from './lease.ts';
import type { FaultReference } from './slots.ts';

export interface FreezeCountOptions {
  readonly api: KubeApi;
  /** Where the Leases are: the agent's own namespace. */
  readonly namespace: string;
  readonly fault: FaultReference;
  /** The count as it is now: a whole number from 0 on. Asked only when none is frozen yet. */
  readonly compute: () => number | Promise<number>;
}

/**
 * What a share stands for, the same for all agents and for as long as the fault lasts: whoever is first writes it down,
 * in the Lease `pado-<fault uid>-count`.
 * @throws KubeError when the API server does not answer: ask again
 * @throws PadoError ERR_PADO_INVALID when what is written there is no count
 */
export async function freezeCount({ api, namespace, fault, compute }: FreezeCountOptions): Promise<number> {
  const name = `pado-${fault.uid}-count`;
  const read = async () => countIn(await api.request<Lease>('GET', leasePath(namespace, name)), namespace);
  try {
    return await read();
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
  const count = await compute();
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...{ name, namespace },
      labels: { [keys.slot]: 'count', [keys.faultUid]: fault.uid },
      annotations: { [annotations.count]: String(count), [annotations.fault]: `${fault.namespace}/${fault.name}` },
    },
  };
  try {
    return countIn(await api.request<Lease>('POST', leasesPath(namespace), { body: lease }), namespace);
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    return read();
  }
}

function countIn({ metadata }: Lease, namespace: string): number {
  const text = metadata.annotations?.[annotations.count] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new PadoError(
    'ERR_PADO_INVALID',
    `Lease ${namespace}/${metadata.name}: annotation ${annotations.count} is ${JSON.stringify(text)}, not a whole number; delete the Lease to have it counted anew`,
  );
}
