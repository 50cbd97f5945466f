import { durationMs } from '@pado/fault';
import type { KubernetesAction } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { type List, type Pod, selectorText } from '../../kubernetes/objects.ts';
import { paths } from '../../kubernetes/paths.ts';
import { evict } from './evict.ts';
import { select } from './select.ts';

type PodAction = Extract<KubernetesAction, { readonly action: 'delete-pods' | 'evict-pods' }>;

/** Deletes or evicts some of the pods that have the labels; the output names them. */
export async function actOnPods(client: KubeClient, action: PodAction, signal: AbortSignal): Promise<object> {
  const { labels, namespace = client.namespace } = action;
  const query = { labelSelector: selectorText(labels) };
  const { items } = await client.request<List<Pod>>('GET', paths.pods(namespace), { query, signal });
  const running = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const what = `pod in the namespace ${namespace} has the labels ${JSON.stringify(labels)}`;
  const pods = select(running, ({ metadata }) => metadata.name, action, what);
  if (action.action === 'evict-pods') {
    await evict(client, pods, { deadlineMs: durationMs(action.deadline ?? '60s'), signal });
  } else {
    const { gracePeriod } = action;
    const grace = gracePeriod === undefined ? {} : { gracePeriodSeconds: Math.round(durationMs(gracePeriod) / 1_000) };
    await Promise.all(
      pods.map(({ metadata: { name, uid } }) =>
        client.request('DELETE', paths.pods(namespace, name), { body: { ...grace, preconditions: { uid } }, signal }),
      ),
    );
  }
  return { namespace, pods: pods.map(({ metadata }) => metadata.name) };
}
