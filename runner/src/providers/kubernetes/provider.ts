import { isPadoError, PadoError } from '@pado/fault';
import type { KubernetesAction, KubernetesProbe } from '../../experiment/schema.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import type { Answer } from '../provider.ts';
import { actOnDeployment } from './deployments.ts';
import { actOnNodes } from './nodes.ts';
import { actOnPods } from './pods.ts';
import { askCluster } from './probes.ts';
import type { Surroundings } from './surroundings.ts';

/** Asks and changes one cluster. */
export interface KubernetesProvider {
  /** @throws PadoError ERR_PADO_PROVIDER when the cluster refused, ERR_PADO_KUBERNETES when it did not answer. */
  readonly ask: (probe: KubernetesProbe, signal: AbortSignal) => Promise<Answer>;
  /** The output says what was taken, by name. */
  readonly act: (action: KubernetesAction, signal: AbortSignal) => Promise<Answer>;
}

/** The cluster that a client reaches, with what its user may do there; for one run. */
export function kubernetesProvider(client: KubeClient, { note, whereabouts }: ProviderOptions): KubernetesProvider {
  const around = { note, whereabouts, held: new Map<string, string>() };
  return {
    ask: (probe, signal) => timed(() => askCluster(client, probe, signal)),
    act: (action, signal) => timed(() => act(client, action, around, signal)),
  };
}

export type ProviderOptions = Pick<Surroundings, 'note' | 'whereabouts'>;

function act(client: KubeClient, action: KubernetesAction, around: Surroundings, signal: AbortSignal): Promise<object> {
  switch (action.action) {
    case 'delete-pods':
    case 'evict-pods':
      return actOnPods(client, action, signal);
    case 'scale':
    case 'rollout-restart':
      return actOnDeployment(client, action, signal);
    default:
      return actOnNodes(client, action, around, signal);
  }
}

async function timed(work: () => Promise<unknown>): Promise<Answer> {
  const startedAt = performance.now();
  try {
    const output = await work();
    return { output, durationMs: performance.now() - startedAt };
  } catch (error) {
    // What is not there any more was observed; what may not be asked was not.
    if (!isPadoError(error) || error.code !== 'ERR_PADO_NOT_FOUND') throw error;
    throw new PadoError('ERR_PADO_PROVIDER', error.message, { cause: error });
  }
}
