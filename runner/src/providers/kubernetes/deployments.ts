import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs, type ObjectMeta, PadoError } from '@pado/fault';
import type { KubernetesAction } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { paths } from '../../kubernetes/paths.ts';

export interface Deployment {
  readonly metadata: ObjectMeta & { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

type DeploymentAction = Extract<KubernetesAction, { readonly action: 'scale' | 'rollout-restart' }>;

const lookEveryMs = 500;

/** Scales a Deployment, or replaces its pods; the output has what was there before. */
export async function actOnDeployment(
  client: KubeClient,
  action: DeploymentAction,
  signal: AbortSignal,
): Promise<object> {
  const { deployment, namespace = client.namespace } = action;
  const path = paths.deployments(namespace, deployment);
  const before = await client.request<Deployment>('GET', path, { signal });
  if (action.action === 'scale') {
    await client.request('PATCH', path, { body: { spec: { replicas: action.replicas } }, signal });
    return { namespace, deployment, replicas: action.replicas, before: before.spec.replicas ?? 1 };
  }
  // As `kubectl rollout restart` does: a template that differs is a new revision.
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  const changed = await client.request<Deployment>('PATCH', path, {
    body: { spec: { template: { metadata: { annotations } } } },
    signal,
  });
  if (action.wait === true) {
    const deadlineMs = durationMs(action.deadline ?? '60s');
    await untilRolledOut(client, path, { generation: changed.metadata.generation ?? 0, deadlineMs, signal });
  }
  return { namespace, deployment };
}

async function untilRolledOut(
  client: KubeClient,
  path: string,
  {
    generation,
    deadlineMs,
    signal,
  }: { readonly generation: number; readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const { metadata, spec, status } = await client.request<Deployment>('GET', path, { signal });
    const { replicas: wanted = 1 } = spec;
    const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
    const isNew = updatedReplicas === wanted && replicas === wanted;
    if (observedGeneration >= generation && isNew && availableReplicas === wanted) return;
    if (performance.now() > endsAt) {
      const message = `the rollout of ${metadata.name} was not complete after ${deadlineMs / 1_000} s: ${updatedReplicas} of ${wanted} pods are new, ${availableReplicas} available`;
      throw new PadoError('ERR_PADO_PROVIDER', message);
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}
