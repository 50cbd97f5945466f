import { setTimeout as sleep } from 'node:timers/promises';
import { isPadoError, PadoError } from '@pado/fault';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { paths } from '../../kubernetes/paths.ts';

const againMs = 500;

interface Options {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Evicts pods, all at once and each until its budget allows it, and waits until they are gone.
 * @throws PadoError ERR_PADO_PROVIDER at the deadline, naming those that are still there and why
 */
export async function evict(client: KubeClient, pods: readonly Pod[], { deadlineMs, signal }: Options): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  const left = new Map<string, string>();
  await Promise.all(
    pods.map(async (pod) => {
      const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
      left.set(name, 'it was not evicted yet');
      while (performance.now() < endsAt) {
        const why = await evictOnce(client, pod, signal);
        if (why === undefined) {
          left.set(name, 'it is still stopping');
          if (await isGone(client, pod, signal)) return void left.delete(name);
        } else left.set(name, why);
        await sleep(againMs, undefined, { signal });
      }
    }),
  );
  if (left.size === 0) return;
  const list = [...left].map(([name, why]) => `${name} (${why})`).join(', ');
  const message = `${left.size} of ${pods.length} pods were still there after ${deadlineMs / 1_000} s: ${list}`;
  throw new PadoError('ERR_PADO_PROVIDER', message, { details: { left: [...left.keys()] } });
}

/** undefined when the pod was evicted or is gone; else why not: a disruption budget. */
async function evictOnce(client: KubeClient, { metadata }: Pod, signal: AbortSignal): Promise<string | undefined> {
  const { name, namespace = client.namespace, uid } = metadata;
  const body = {
    ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await client.request('POST', `${paths.pods(namespace, name)}/eviction`, { body, signal });
    return undefined;
  } catch (error) {
    if (!isPadoError(error)) throw error;
    // A conflict is another pod of that name, such as a StatefulSet's: the one that was meant is gone.
    if (error.code === 'ERR_PADO_NOT_FOUND' || error.code === 'ERR_PADO_CONFLICT') return undefined;
    if (error.details.passing === true) return error.message;
    throw error;
  }
}

async function isGone(client: KubeClient, { metadata }: Pod, signal: AbortSignal): Promise<boolean> {
  const { name, namespace = client.namespace, uid } = metadata;
  try {
    const now = await client.request<Pod>('GET', paths.pods(namespace, name), { signal });
    return now.metadata.uid !== uid;
  } catch (error) {
    if (isPadoError(error) && error.code === 'ERR_PADO_NOT_FOUND') return true;
    throw error;
  }
}
