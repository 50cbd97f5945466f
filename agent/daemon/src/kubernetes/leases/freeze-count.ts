import { keys, PadoError } from '@pado/fault';
import { isStatus, type KubeApi } from '../api/kube-api.ts';
import { annotations, type Lease, leasePath, leasesPath, stampOf } from './lease.ts';
import { pause, realScheduler, type Scheduler } from './scheduler.ts';
import type { FaultReference } from './slots.ts';
import { jittered } from './timing.ts';

export interface FreezeCountOptions {
  readonly api: KubeApi;
  /** Where the Leases are: the agent's own namespace. */
  readonly namespace: string;
  readonly fault: FaultReference;
  /** The count as it is now: a whole number from 0 on. Asked only when none is frozen yet. */
  readonly compute: () => number | Promise<number>;
  /** Default: timers of Node.js. */
  readonly scheduler?: Scheduler;
  /** Default Math.random. */
  readonly random?: () => number;
}

/** What stands in the place of the count while the first agent counts: the others need not ask for all pods as well. */
const counting = 'counting';
/** They look again after so long, then after twice as long, and so on. */
const lookAgainMs = 50;
const looks = 6;

/**
 * What a share stands for, the same for all agents and for as long as the fault lasts: whoever is first says that it
 * counts, and then writes the count down, in the Lease `pado-<fault uid>-count`. Whoever waits for it in vain, for some
 * 3 s, counts instead; only one of all writes is accepted.
 * @throws KubeError when the API server does not answer: ask again
 * @throws PadoError ERR_PADO_INVALID when what is written there is no count
 */
export async function freezeCount(options: FreezeCountOptions): Promise<number> {
  const { api, namespace, fault, compute, scheduler = realScheduler, random = Math.random } = options;
  const name = `pado-${fault.uid}-count`;
  const leaseOf = (count: string): Lease => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...{ name, namespace },
      labels: { [keys.slot]: 'count', [keys.faultUid]: fault.uid },
      annotations: { [annotations.count]: count, [annotations.fault]: `${fault.namespace}/${fault.name}` },
    },
  });
  /** Undefined where there is none, or another was first. */
  const unless = async (status: number, answer: Promise<Lease>): Promise<Lease | undefined> => {
    try {
      return await answer;
    } catch (error) {
      if (isStatus(error, status)) return undefined;
      throw error;
    }
  };
  const read = () => unless(404, api.request<Lease>('GET', leasePath(namespace, name)));
  const post = () => api.request<Lease>('POST', leasesPath(namespace), { body: leaseOf(counting) });
  const write = async (over: Lease): Promise<Lease | undefined> => {
    const lease = leaseOf(String(await compute()));
    const body = { ...lease, metadata: { ...lease.metadata, ...stampOf(over) } };
    return unless(409, api.request<Lease>('PUT', leasePath(namespace, name), { body }));
  };

  for (let look = 0; ; ) {
    const there = await read();
    if (there !== undefined && !isCounting(there)) return countIn(there, namespace);
    if (there === undefined || look === looks) {
      const claim = there ?? (await unless(409, post()));
      const written = claim && (await write(claim));
      if (written !== undefined) return countIn(written, namespace);
      look = 0;
    }
    await pause(scheduler, jittered(lookAgainMs * 2 ** look, random), never);
    look += 1;
  }
}

const never = new AbortController().signal;

const isCounting = ({ metadata }: Lease): boolean => metadata.annotations?.[annotations.count] === counting;

function countIn({ metadata }: Lease, namespace: string): number {
  const text = metadata.annotations?.[annotations.count] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new PadoError(
    'ERR_PADO_INVALID',
    `Lease ${namespace}/${metadata.name}: annotation ${annotations.count} is ${JSON.stringify(text)}, not a whole number; delete the Lease to have it counted anew`,
  );
}
